/**
 * Lists against a plain filter of all rows: which rows each combination of filters has, in which order, page by page, in two
 * organizations and within a scope.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { OTHER, seeded } from "../../../../testing/rigs/two_organizations.ts";
import { testOnEach } from "../../../../testing/servers/databases.ts";
import type { AlarmKind, AuditAction, CommandKind, CommandState, EventKind } from "../../../cabinet/kinds.ts";
import type { RentalState } from "../../../cabinet/kinds.ts";
import { FIRST_ORGANIZATION } from "../../../cabinet/roles.ts";
import { DATABASE } from "../../../lib/limits.ts";
import { commandsPage } from "../../journal/commands.ts";
import { type Database, openDatabase, type Tables } from "../../mod.ts";
import type { OrganizationView } from "../../organization_view.ts";
import type { Cursor, Page } from "../../statements/page.ts";
import type { TimeRange } from "../../statements/time_range.ts";
import { eventsPage } from "../events.ts";
import { actsPage, alarmsPage } from "../records.ts";
import { rentalsPage } from "../rentals.ts";

/** Cabinets and their organizations; those of the tag are within the scope. */
const CABINETS = { a: FIRST_ORGANIZATION, b: FIRST_ORGANIZATION, c: OTHER, d: OTHER };
const TAGGED = ["a", "c"];
const PEOPLE = ["p1", "p2"];
const [ROWS, TIMES] = [160, 12];

/** What is drawn at random; the same in each run. */
class Lots {
  #state = 42;

  below(max: number): number {
    this.#state = (this.#state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor(this.#state / 65_536) % max;
  }

  of<T>(some: readonly T[]): T {
    return some[this.below(some.length)] as T;
  }
}

/** A row of any list, as far as filters look at it. */
interface AnyRow {
  readonly id: string;
  readonly seq?: number;
  readonly organization: string;
  readonly cabinet: string;
  readonly [column: string]: unknown;
}

/** What is asked for; `undefined`: not asked for. */
type Wanted = Record<string, unknown>;

/** A list, and what its filters mean. */
interface List {
  readonly time: string;
  read(
    view: OrganizationView,
    filter: Wanted & { before: Cursor | undefined; limit: number },
  ): Promise<Page<{ id: string }>>;
  /** The values of each filter, beside `cabinet` and the range. */
  readonly filters: Readonly<Record<string, readonly unknown[]>>;
  readonly isWanted: (row: AnyRow, wanted: Wanted) => boolean;
}

/** Whether the columns have the values that are asked for. */
const matches = (row: AnyRow, wanted: Wanted, columns: Readonly<Record<string, string>>) =>
  Object.entries(columns).every(([name, column]) =>
    wanted[name] === undefined || row[column] === wanted[name]
  );

const LISTS: Readonly<Record<"rentals" | "commands" | "events" | "alarms" | "acts", List>> = {
  rentals: {
    time: "since",
    read: rentalsPage,
    filters: {
      cell: [1, 2],
      person: PEOPLE,
      state: ["held", "returning", "ended"],
      overdue: [true, false],
      number: ["00000017"],
    },
    isWanted(row, wanted) {
      const isOverdue = row["overdue_at"] !== null && row["state"] !== "ended";
      return row["state"] !== "opening" &&
        (wanted["overdue"] === undefined || isOverdue === wanted["overdue"]) &&
        matches(row, wanted, { cell: "cell", person: "person", state: "state", number: "number" });
    },
  },
  commands: {
    time: "requested_at",
    read: commandsPage,
    filters: { cell: [1], kind: ["open", "store"], state: ["failed", "opened"], person: PEOPLE },
    isWanted: ({ by, ...row }, wanted) =>
      matches({ ...row, person: String(by).slice("person:".length) }, wanted, {
        cell: "cell",
        kind: "command",
        state: "state",
        person: "person",
      }),
  },
  events: {
    time: "at",
    read: eventsPage,
    filters: { cell: [1], kind: ["stored", "ended"], person: PEOPLE },
    isWanted: (row, wanted) => matches(row, wanted, { cell: "cell", kind: "kind", person: "person" }),
  },
  alarms: {
    time: "raised_at",
    read: alarmsPage,
    filters: { kind: ["offline", "left-open"], state: ["active", "ended"] },
    isWanted: (row, wanted) =>
      (wanted["state"] === undefined || (row["ended_at"] === null) === (wanted["state"] === "active")) &&
      matches(row, wanted, { kind: "kind" }),
  },
  acts: {
    time: "at",
    read: actsPage,
    filters: { kind: ["open", "clear"], who: ["operator", "account:1"] },
    isWanted: (row, wanted) => matches(row, wanted, { kind: "act", who: "who" }),
  },
};

async function fill(tables: Tables, lots: Lots): Promise<void> {
  for (let n = 0; n < ROWS; n++) {
    const cabinet = lots.of(Object.keys(CABINETS) as (keyof typeof CABINETS)[]);
    const about = { organization: CABINETS[cabinet], cabinet, cell: 1 + lots.below(2) };
    const [id, at, person] = [() => crypto.randomUUID(), lots.below(TIMES), lots.of(PEOPLE)];
    const isLate = lots.below(3) === 0;
    const state = lots.of<RentalState>(["opening", "held", "returning", "ended"]);
    const over = {
      overdue_at: isLate ? at : null,
      ended_at: state === "ended" ? at : null,
      end_reason: null,
    };
    const rental = { ...over, person, state, since: at, until: null, due_at: null, picker: null };
    const number = n === 3 ? "00000017" : null;
    await tables.insertInto("rentals")
      .values({ ...about, ...rental, id: id(), number, way_back: null, collecting: 0, opens: 0 }).execute();
    const kinds = { command: lots.of<CommandKind>(["open", "store"]), by: `person:${person}` };
    await tables.insertInto("commands").values({
      ...about,
      ...kinds,
      id: id(),
      state: lots.of<CommandState>(["failed", "opened"]),
      requested_at: at,
    }).execute();
    const kind = lots.of<EventKind>(["stored", "ended"]);
    await tables.insertInto("events").values({ ...about, id: id(), at, kind, person }).execute();
    const alarm = { kind: lots.of<AlarmKind>(["offline", "left-open"]), subject: id(), raised_at: at };
    await tables.insertInto("alarms").values({ ...about, ...alarm, id: id(), ended_at: isLate ? at : null })
      .execute();
    const act = { act: lots.of<AuditAction>(["open", "clear"]), who: lots.of(["operator", "account:1"]) };
    await tables.insertInto("acts").values({ ...about, ...act, id: id(), at, address: "192.0.2.1" })
      .execute();
  }
}

/** Whether the moment is within the range. */
function isWithin(at: number, { from = -Infinity, until = Infinity }: TimeRange): boolean {
  return from <= at && at < until;
}

/** The ids of the rows that are wanted, in the order of the list. */
function expected(
  name: keyof typeof LISTS,
  rows: readonly AnyRow[],
  { organization, wanted, isScoped, kind }: {
    organization: string;
    wanted: Wanted;
    isScoped: boolean;
    kind: Database["kind"];
  },
): string[] {
  const { time, isWanted } = LISTS[name];
  const { cabinet, from, until } = wanted as { cabinet?: string; from?: number; until?: number };
  const isByTime = name !== "events" ||
    (from !== undefined || until !== undefined) && cabinet === undefined &&
      (wanted["person"] === undefined || kind === "sqlite") && organization === FIRST_ORGANIZATION;
  const placeOf = (row: AnyRow) => Number(isByTime ? row[time] : row.seq);
  return rows
    .filter((row) =>
      row.organization === organization && (!isScoped || TAGGED.includes(row.cabinet)) &&
      (cabinet === undefined || row.cabinet === cabinet) && isWithin(Number(row[time]), { from, until }) &&
      isWanted(row, wanted)
    )
    .toSorted((a, b) => placeOf(b) - placeOf(a) || (a.id < b.id ? 1 : -1)).map(({ id }) => id);
}

testOnEach("lists have the rows that each filter asks for, in their order, and count them", async (
  { place },
  stack,
) => {
  await seeded(place, async (seeds) => {
    for (const [cabinet, organization] of Object.entries(CABINETS)) {
      const tag = TAGGED.includes(cabinet) ? "tag" : "other";
      await seeds.place({ organization, cabinet, tag, word: cabinet });
    }
  });
  const [db, lots] = [stack.use(await openDatabase(place)), new Lots()];
  await db.writer.transaction((trx) => fill(trx, lots));
  for (const name of Object.keys(LISTS) as (keyof typeof LISTS)[]) {
    const list = LISTS[name];
    const rows = await db.tables.selectFrom(name as "events").selectAll().execute() as unknown as AnyRow[];
    let found = 0;
    for (let times = 0; times < 60; times++) {
      const wanted: Wanted = {};
      for (const [filter, values] of Object.entries(list.filters)) {
        if (lots.below(3) === 0) wanted[filter] = lots.of(values);
      }
      if (lots.below(3) === 0) wanted["cabinet"] = lots.of(["a", "b", "c"]);
      if (lots.below(3) === 0) wanted["from"] = lots.below(TIMES);
      if (lots.below(3) === 0) wanted["until"] = lots.below(TIMES) + 2;
      const [organization, isScoped] = [lots.of([FIRST_ORGANIZATION, OTHER]), lots.below(4) === 0];
      const reach = { organization, ...isScoped && { tags: ["tag"] } };
      const what = `${name} ${JSON.stringify({ ...reach, ...wanted })}`;
      const ids: string[] = [];
      let before: Cursor | undefined;
      let isFirst = true;
      do {
        const page = await db.view(reach, (view) => list.read(view, { ...wanted, before, limit: 4 }));
        const { count } = page;
        ids.push(...page.items.map(({ id }) => id));
        before = page.next;
        if (!isFirst) equal(count, undefined, what);
        else if (count) {
          deepEqual(count, {
            rows: expected(name, rows, { organization, wanted, isScoped, kind: db.kind }).length,
            isAll: true,
          }, what);
        } else ok(before, `${what}: one page is counted`);
        isFirst = false;
      } while (before);
      deepEqual(ids, expected(name, rows, { organization, wanted, isScoped, kind: db.kind }), what);
      found += ids.length;
    }
    ok(found > 200, `${name}: ${found} were found`);
  }
});

/** More rows than one page looks at; each so many'th command failed, at the ends of what is looked at together and between. */
const [MANY, FAILED_EVERY] = [5_000, DATABASE.scanChunk - 1];
const CHUNK = 1_000;

/** What `p2` did; the oldest is of `p1`, and of a cell of its own. */
async function fillMany(tables: Tables): Promise<void> {
  for (let n = 0; n < MANY; n += CHUNK) {
    const rows = Array.from({ length: CHUNK }, (_, k) => n + k).map((at) => ({
      id: crypto.randomUUID(),
      at,
      person: at === 0 ? "p1" : "p2",
      about: { organization: FIRST_ORGANIZATION, cabinet: "a", cell: at === 0 ? 2 : 1 },
    }));
    await tables.insertInto("commands").values(rows.map(({ id, at, person, about }) => ({
      ...about,
      id,
      command: "open" as const,
      state: at % FAILED_EVERY === 0 ? "failed" as const : "opened" as const,
      by: `person:${person}`,
      requested_at: at,
    }))).execute();
    await tables.insertInto("events").values(
      rows.map(({ id, at, person, about }) => ({ ...about, id, at, kind: "stored" as const, person })),
    ).execute();
  }
}

testOnEach(
  "lists have what a person did on their first page, and all the rest in the end, however much others have done since",
  async ({ place }, stack) => {
    const db = stack.use(await openDatabase(place));
    await db.writer.transaction(fillMany);
    const read = (list: List, filter: Wanted & { before?: Cursor | undefined }, limit = 3) =>
      db.view(
        { organization: FIRST_ORGANIZATION },
        (view) => list.read(view, { before: undefined, ...filter, limit }),
      );
    for (const list of [LISTS.commands, LISTS.events]) {
      for (const more of [{}, { cell: 2, from: 0, until: 1 }]) {
        const filter = { ...more, person: "p1" };
        equal((await read(list, filter)).items.length, 1, JSON.stringify([list.time, filter]));
      }
      let page = await read(list, { cell: 2 });
      equal(page.items.length, 0, "it is behind all that one page looks at");
      while (page.items.length === 0 && page.next) page = await read(list, { cell: 2, before: page.next });
      equal(page.items.length, 1);
    }
    for (const limit of [1, 3, MANY]) {
      const times: unknown[] = [];
      let before: Cursor | undefined;
      do {
        const page = await read(LISTS.commands, { state: "failed", before }, limit);
        ok(page.items.length <= limit);
        times.push(...(page.items as unknown as AnyRow[]).map((row) => row["requested_at"]));
        before = page.next;
      } while (before);
      const all = Array.from({ length: Math.ceil(MANY / FAILED_EVERY) }, (_, n) => n * FAILED_EVERY);
      deepEqual(times, all.toReversed());
    }
  },
);

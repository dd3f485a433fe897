import { deepEqual, equal } from "node:assert/strict";
import { OTHER, seeded } from "../../../../testing/rigs/two_organizations.ts";
import { described } from "../../../../testing/rigs/described.ts";
import { type TestDatabase, testOnEach } from "../../../../testing/servers/databases.ts";
import { CabinetCatalog, ControllerSecrets } from "../../../locker/mod.ts";
import { LocalRouter } from "../../../router/mod.ts";
import { type Database, openDatabase } from "../../mod.ts";
import { organizationView, type Reach } from "../../organization_view.ts";
import type { ListPosition } from "../../statements/page.ts";
import { CABINET_ORDERS, type CabinetFilter, type CabinetPage, cabinetsPage } from "./cabinets.ts";

/** A cabinet of the tests, and what of it can be asked for. */
interface Sample {
  readonly organization: string;
  readonly id: string;
  readonly name: string;
  readonly tags: readonly string[];
  readonly board: string;
  readonly address: string;
  readonly online: boolean;
  readonly alarm: "left-open" | "offline" | undefined;
}

/** Enough that pages and ways of looking them up differ. */
const COUNT = 40;
const NAMES = ["Lobby", "lobby 100%", "大厅_A", "Gym", "a\\b", "100 percent", "Lobby"];

function samples(organization: string): Sample[] {
  return Array.from({ length: COUNT }, (_, n) => ({
    organization,
    id: `${organization}-${n}`,
    name: NAMES[n % NAMES.length] as string,
    tags: [n % 2 === 0 ? "even" : "odd", ...n % 5 === 0 ? ["fifth"] : []],
    board: n % 3 === 0 ? "8a" : "lcus",
    address: n % 4 === 0 ? "West Lake 西湖" : "Station",
    online: n % 7 < 3,
    alarm: n % 11 === 0 ? "left-open" : n % 13 === 0 ? "offline" : undefined,
  }));
}

const ALL = [...samples("main"), ...samples(OTHER)];

/** A database with the samples. */
async function filled({ place }: TestDatabase, stack: AsyncDisposableStack): Promise<Database> {
  await seeded(place, () => Promise.resolve());
  const db = stack.use(await openDatabase(place));
  const secrets = new ControllerSecrets("the secret of the tests");
  const cabinets = new CabinetCatalog(db, { router: new LocalRouter(), secrets, wallClock: () => 1 });
  for (const [n, { address, online, alarm, ...sample }] of ALL.entries()) {
    await cabinets.put({
      ...described({ location: { address }, registration: null }),
      ...sample,
      tags: [...sample.tags],
      cells: [{ cell: 1, board: 1, channel: 1, size: "M" }],
    });
    await db.tables.updateTable("cabinets").set({ online: Number(online), online_at: n % 6 })
      .where("id", "=", sample.id).execute();
    if (alarm === undefined) continue;
    const { organization, id: cabinet } = sample;
    const about = { organization, cabinet, cell: 0, subject: "", raised_at: 1 };
    await db.tables.insertInto("alarms").values([
      { ...about, id: crypto.randomUUID(), kind: alarm },
      { ...about, id: crypto.randomUUID(), kind: "events-lost" as "offline", ended_at: 2 },
    ]).execute();
  }
  return db;
}

const WORDS = [undefined, "LOBBY", "%", "_", "\\", "西湖", "main-1", `${OTHER}-1`, "nowhere"];
const SCOPES = [undefined, ["even"], ["fifth", "odd"], ["none"], []];
const FILTERS: readonly CabinetFilter[] = [
  {},
  { tags: ["even"] },
  { tags: ["even", "fifth"] },
  { online: true },
  { online: false, board: "8a" },
  { alarm: true },
  { alarm: false, tags: ["odd"] },
  { alarm: "left-open" },
];

/** The ids that the list has to have. */
function wanted(reach: Reach, { words, tags = [], online, alarm, board }: CabinetFilter): string[] {
  return ALL.filter((sample) => {
    const text = [sample.id, sample.name, sample.address].join("\n").toLowerCase();
    return sample.organization === reach.organization &&
      (reach.tags === undefined || sample.tags.some((tag) => reach.tags?.includes(tag))) &&
      (words === undefined || text.includes(words.toLowerCase())) &&
      tags.every((tag) => sample.tags.includes(tag)) &&
      (online === undefined || sample.online === online) &&
      (board === undefined || sample.board === board) &&
      (alarm === undefined ||
        (typeof alarm === "string" ? sample.alarm === alarm : (sample.alarm !== undefined) === alarm));
  }).map(({ id }) => id).toSorted();
}

/** Reads to the end, and what the first page counted. */
async function read(db: Database, reach: Reach, filter: CabinetFilter, page: CabinetPage) {
  const ids: string[] = [];
  let counted: unknown;
  let from: ListPosition | undefined;
  do {
    const found = await db.view(reach, (view) => cabinetsPage(view, filter, { ...page, from }));
    if (from) equal(found.count, undefined, "only the first page is counted");
    else counted = found.count;
    equal(found.items.every(({ organization }) => organization === reach.organization), true);
    ids.push(...found.items.map(({ id }) => id));
    from = found.next;
  } while (from);
  return { ids, counted };
}

testOnEach(
  "cabinetsPage() shows, finds and counts what is within the scope, whatever is searched for",
  async (database, stack) => {
    const db = await filled(database, stack);
    for (const organization of ["main", OTHER, "none"]) {
      for (const tags of SCOPES) {
        for (const words of WORDS) {
          for (const narrowMax of [0, COUNT]) {
            const reach = { organization, tags };
            const page = { order: "id", limit: 7, narrowMax, includesCells: false } as const;
            const { ids, counted } = await read(db, reach, { words }, page);
            const all = wanted(reach, { words });
            const what = JSON.stringify({ reach, words, narrowMax });
            deepEqual(ids.toSorted(), all, what);
            deepEqual(counted, { rows: all.length, isAll: true }, what);
          }
        }
      }
    }
  },
);

testOnEach(
  "cabinetsPage() gives each filter in each order, page by page as in one",
  async (database, stack) => {
    const db = await filled(database, stack);
    const reach = { organization: "main" };
    for (const order of Object.keys(CABINET_ORDERS) as CabinetPage["order"][]) {
      for (const filter of [...FILTERS, { words: "lobby" }, { words: "1", tags: ["odd"], online: true }]) {
        for (const narrowMax of [0, COUNT]) {
          const what = JSON.stringify({ order, filter, narrowMax });
          const of = async (limit: number, isDescending = false) =>
            (await read(db, reach, filter, { order, limit, isDescending, narrowMax, includesCells: false }))
              .ids;
          const all = await of(2 * COUNT);
          deepEqual(all.toSorted(), wanted(reach, filter), what);
          deepEqual(await of(3), all, what);
          deepEqual(await of(4, true), all.toReversed(), what);
        }
      }
    }
  },
);

testOnEach("cabinetsPage() reads cells only where they are asked for", async (database, stack) => {
  const db = await filled(database, stack);
  for (const includesCells of [false, true]) {
    const page = { order: "name", limit: 2, includesCells } as const;
    const { items } = await db.view({ organization: "main" }, (view) => cabinetsPage(view, {}, page));
    deepEqual(items.map(({ cells }) => cells.length), includesCells ? [1, 1] : [0, 0]);
  }
});

testOnEach("cabinetsPage() looks up the cabinets of a rare tag, however many of others have it", async (
  database,
  stack,
) => {
  const db = await filled(database, stack);
  const page = { order: "id", limit: 7, narrowMax: 1, includesCells: false } as const;
  /** The statements that it takes, of which a list whose cabinets are tested one by one takes more. */
  const statements = async () => {
    let count = 0;
    const tables = db.tables.withPlugin({
      transformQuery({ node }) {
        count++;
        return node;
      },
      transformResult: ({ result }) => Promise.resolve(result),
    });
    const view = await organizationView(tables, { organization: "main" });
    const { items } = await cabinetsPage(view, { tags: ["rare"] }, page);
    deepEqual(items.map(({ id }) => id), ["main-7"]);
    return count;
  };
  const rare = (cabinet: string) => ({ organization: cabinet.split("-")[0] ?? "", cabinet, tag: "rare" });
  await db.tables.insertInto("cabinet_tags").values(rare("main-7")).execute();
  const before = await statements();
  const others = Array.from({ length: COUNT }, (_, n) => rare(`${OTHER}-${n}`));
  await db.tables.insertInto("cabinet_tags").values(others).execute();
  equal(await statements(), before);
});

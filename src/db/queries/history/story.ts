/**
 * What happened to a rental, from all tables that know of it. Each is read by an index over rentals, cabinets or people, from
 * when the rental began, so that the cost depends on the rental's time and not on the length of the history.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";
import { type SelectQueryBuilder, sql } from "kysely";
import { COMMAND, DATABASE, OPERATOR } from "../../../lib/limits.ts";
import type { AuditAction } from "../../../cabinet/kinds.ts";
import { isOwned, type OrganizationView, TABLES } from "../../organization_view.ts";
import type {
  ActTable,
  CodeTable,
  CommandTable,
  EventTable,
  NoticeTable,
  RentalTable,
  Schema,
} from "../../schema.ts";
import { matching, tested } from "../../statements/conditions.ts";
import { type ListQuery, readPart } from "../../statements/page.ts";
import { type NameOf, namesOf } from "../lists/names.ts";

/** The rows that tell of a rental, in no order. */
export interface RentalStory {
  readonly rental: RentalTable;
  readonly commands: readonly CommandTable[];
  readonly events: readonly EventTable[];
  readonly codes: readonly CodeTable[];
  readonly notices: readonly NoticeTable[];
  readonly acts: readonly ActTable[];
  /** The names of those who did something. */
  readonly nameOf: NameOf;
  /** Whether more happened than was read. */
  readonly isCut: boolean;
}

/** What belongs to a rental is told this long after its end at most, such as that its door was shut. */
const TAIL_MS = 60_000;
/** A controller that was offline tells late what its doors did. */
const LATE_MS = 24 * 3600 * 1000;
/** Rows of its cabinet that are tested for being the rental's. */
const SCAN = { max: 32_000, step: DATABASE.scanChunk };
/** Acts that are about all cells of a cabinet, and may have opened one. */
const OF_ALL_CELLS: readonly AuditAction[] = ["clear", "raw-line", "open-all"];

/** Reads the story of a rental that is within the view. */
export async function rentalStory(view: OrganizationView, rental: RentalTable): Promise<RentalStory> {
  const read = new StoryReader(view, rental);
  const codes = await read.codes();
  const commands = new Map((await read.commands()).map((command) => [command.id, command]));
  const events = await read.events([...commands.keys()]);
  // An event says whose rental it was before it moved.
  const people = new Set([
    rental.person,
    rental.picker,
    ...codes.flatMap((row) => [row.person, row.used_by]),
    ...events.map(({ kind, detail }) => kind === "moved" ? detail : null),
  ]);
  const notices: NoticeTable[] = [];
  for (const person of people) if (person !== null) notices.push(...await read.noticesOf(person));
  const acts = await read.acts();
  const ofStaff = [...events.map(({ command }) => command), ...acts.map(({ subject }) => subject)];
  for (const command of await read.commandsWithIds(ofStaff)) commands.set(command.id, command);
  const told = { commands: [...commands.values()], events, codes, notices, acts };
  return { rental, ...told, nameOf: await namesOf(view, namedIn(told)), isCut: read.isCut };
}

type EventQuery = SelectQueryBuilder<Schema, "events", EventTable>;

/** Reads what each table knows of one rental. */
class StoryReader {
  /** Whether a table had more than was read. */
  isCut = false;
  readonly #view: OrganizationView;
  readonly #rental: RentalTable;
  readonly #from: number;
  readonly #until: number;

  constructor(view: OrganizationView, rental: RentalTable) {
    this.#view = view;
    this.#rental = rental;
    this.#from = rental.since - COMMAND.deadlineMs;
    this.#until = rental.state === "ended"
      ? (rental.ended_at ?? rental.since) + TAIL_MS
      : Number.MAX_SAFE_INTEGER;
  }

  async codes(): Promise<CodeTable[]> {
    const { id } = this.#rental;
    const codes = this.#view[TABLES].selectFrom("codes").selectAll().where("rental", "=", id);
    return await this.#read(codes, { order: ["created_at", "id"] });
  }

  async commands(): Promise<CommandTable[]> {
    const { id, cabinet } = this.#rental;
    const query = this.#view[TABLES].selectFrom("commands").selectAll().where("cabinet", "=", cabinet)
      .where("requested_at", ">=", this.#from).where("requested_at", "<=", this.#until);
    const fits = tested([...matching({ rental: id }), isOwned(this.#view, { byOrganizationIndex: false })]);
    return await this.#read(query, { order: ["requested_at", "id"], fits });
  }

  /** The rental's events, and moves of its cell's door that no person caused and alarms of its cell, in its time. */
  async events(commands: readonly string[]): Promise<EventTable[]> {
    const first = await this.#firstNumber(commands);
    const items: EventTable[] = [];
    let from = first === undefined ? undefined : [first - 1];
    for (let tested = 0; tested < SCAN.max && items.length < OPERATOR.storyMax; tested += SCAN.step) {
      const limit = OPERATOR.storyMax - items.length;
      const { items: more, last } = await readPart(this.#eventsOfCabinet(), {
        ...this.#tested(),
        from,
        limit,
      });
      items.push(...more);
      // What was written after that is none of the rental's.
      if (!last || last.at > this.#until + LATE_MS) return items;
      from = [last.seq];
      await setImmediate();
    }
    this.isCut = true;
    return items;
  }

  #eventsOfCabinet(): EventQuery {
    return this.#view[TABLES].selectFrom("events").selectAll().where("seq", "is not", null)
      .where("cabinet", "=", this.#rental.cabinet) as EventQuery;
  }

  /** How one step of the cabinet's events is read. */
  #tested(): Omit<ListQuery<EventTable>, "from" | "limit"> {
    const { id, cell } = this.#rental;
    const isOfNobody = sql<boolean>`person is null and cell = ${cell} and at >= ${this.#from}
      and at <= ${this.#until}`;
    const isIts = sql<boolean>`(rental = ${id} or ${isOfNobody})`;
    return {
      order: ["seq"],
      direction: "oldest first",
      fits: tested([isIts, isOwned(this.#view, { byOrganizationIndex: false })]),
      scan: { max: SCAN.step, step: SCAN.step },
    };
  }

  async noticesOf(person: string): Promise<NoticeTable[]> {
    const query = this.#view[TABLES].selectFrom("notices").selectAll().where("person", "=", person)
      .where("at", ">=", this.#from).where("at", "<=", this.#until);
    const keep = ({ rental }: NoticeTable) => rental === this.#rental.id;
    return await this.#read(query, { order: ["at", "id"], keep });
  }

  /** Acts about the rental, and those about its cell in its time. */
  async acts(): Promise<ActTable[]> {
    const { id, cabinet, cell, since } = this.#rental;
    const all = this.#view[TABLES].selectFrom("acts").selectAll()
      .where(isOwned(this.#view, { byOrganizationIndex: false }));
    const about = await this.#read(all.where("subject", "=", id), { order: ["at", "id"] });
    const beside = await this.#read(
      all.where("cabinet", "=", cabinet).where("at", ">=", since).where("at", "<=", this.#until),
      {
        order: ["at", "id"],
        keep: (act) =>
          act.subject !== id && (act.cell === cell || act.cell === 0 && OF_ALL_CELLS.includes(act.act)),
      },
    );
    return [...about, ...beside];
  }

  /** The commands among what has these ids. */
  async commandsWithIds(ids: readonly (string | null)[]): Promise<CommandTable[]> {
    const known = [...new Set(ids)].filter((id) => id !== null);
    if (known.length === 0) return [];
    const { cabinet, cell } = this.#rental;
    return await this.#view[TABLES].selectFrom("commands").selectAll().where("id", "in", known)
      .where(isOwned(this.#view, { byOrganizationIndex: false })).where("cabinet", "=", cabinet).where(
        "cell",
        "=",
        cell,
      )
      .execute();
  }

  /**
   * A number that none of the rental's events is before: of the first door that one of its commands opened, or of the first
   * events since it began, of all cabinets. A store whose door was not seen has no opening.
   */
  async #firstNumber(commands: readonly string[]): Promise<number | undefined> {
    const ids = commands.slice(0, OPERATOR.pageMax);
    const opened = ids.length === 0 ? [] : await this.#numbers().where("id", "in", ids).execute();
    const around = await this.#numbers().where("at", ">=", this.#from).orderBy("at").orderBy("id")
      .limit(OPERATOR.pageMax).execute();
    const numbers = [...opened, ...around].map(({ seq }) => seq);
    return numbers.length === 0 ? undefined : Math.min(...numbers);
  }

  #numbers(): SelectQueryBuilder<Schema, "events", { seq: number }> {
    return this.#view[TABLES].selectFrom("events").select("seq").where("seq", "is not", null);
  }

  async #read<Table extends keyof Schema & string, Row extends { id: string }>(
    query: SelectQueryBuilder<Schema, Table, Row>,
    part: Pick<ListQuery<Row>, "order" | "fits" | "keep">,
  ): Promise<Row[]> {
    const read = { ...part, direction: "oldest first", limit: OPERATOR.storyMax, scan: SCAN } as const;
    const { items, last } = await readPart(query, read);
    this.isCut ||= last !== undefined;
    return items;
  }
}

/** Whom these rows name: people, accounts and tokens. */
function namedIn(
  { commands, events, codes, notices, acts }: Omit<RentalStory, "rental" | "nameOf" | "isCut">,
): (string | null)[] {
  const people = [...events, ...codes, ...notices].map(({ person }) => person);
  const users = codes.map(({ used_by }) => used_by);
  return [...people, ...users, ...commands.map(({ by }) => by), ...acts.map(({ who }) => who)];
}

import type { CommandWrite, JournalRow, WriteEffect } from "./command_writes.ts";
import { type CompiledQuery, type Kysely, sql } from "kysely";
import { padToPowerOfTwo, type RowStatement, runWith } from "../statements/compiled.ts";
import { Fence } from "./fence.ts";
import type { CommandTable, Schema, Tables } from "../schema.ts";
import { type OpenedCommand, writeOpenings } from "./openings.ts";
import { organizationOf, type OrganizationView, TABLES, testedIn, within } from "../organization_view.ts";
import { isPostgres } from "../dialects.ts";
import { DATABASE } from "../../lib/limits.ts";
import { matching } from "../statements/conditions.ts";
import { countOf, type Cursor, type Page, readPage } from "../statements/page.ts";
import { isInRange, type TimeRange } from "../statements/time_range.ts";
import { type CommandKind, type CommandState, UNFINISHED_STATES } from "../../cabinet/kinds.ts";

/** One change that several commands share. */
interface CommandChange {
  readonly group: readonly PlannedWrite<"sent" | "finish">[];
  readonly from: readonly CommandState[];
  readonly set: Partial<CommandTable>;
  /** See {@linkcode CommandWrite}. */
  readonly origin?: number | undefined;
}

/**
 * Gives the insert statement its columns and their order; each row brings its own values, the organization too: a look-up
 * for each row would take Postgres longer to plan than the row to insert.
 */
const TEMPLATE: JournalRow = {
  organization: "",
  id: "",
  cabinet: "",
  cell: 0,
  command: "open",
  state: "requested",
  reason: null,
  by: "",
  note: null,
  requested_at: 0,
  sent_at: null,
  sent_epoch: null,
  finished_at: null,
  rental: null,
  origin: null,
};
const COLUMNS = Object.keys(TEMPLATE) as (keyof JournalRow)[];

/** What an update returns of a changed command. */
type ChangedCommand = Omit<OpenedCommand, "seen">;
const OF_CHANGED = ["id", "cabinet", "cell", "by", "rental"] as const;

/**
 * Writes to the journal, many writes in few statements. With the end of a command that opened its door it writes the
 * door's opening too. Each shape of statement is compiled once: building it took longer than running it.
 */
export class CommandWriter {
  readonly #db: Kysely<Schema>;
  readonly #fence: Fence;
  /** By the number of rows: ten shapes, since groups are padded to a power of two. */
  readonly #inserts = new Map<number, CompiledQuery<{ id: string }>>();
  /** By the columns that are set, and the numbers of ids and states. */
  readonly #updates = new Map<string, CompiledQuery<ChangedCommand>>();

  /** @param db gives the statements their dialect; they run in the transaction that {@linkcode write} is given */
  constructor(db: Kysely<Schema>) {
    this.#db = db;
    this.#fence = new Fence(db);
  }

  /** Writes all of them or none. @returns the effect of each */
  async write(trx: Kysely<Schema>, writes: readonly CommandWrite[]): Promise<WriteEffect[]> {
    const fenced = await this.#fence.fencedWrites(trx, writes);
    const allowed = fenced.size === 0 ? writes : writes.filter((write) => !fenced.has(write));
    const taken = new Set<CommandWrite>();
    for (const group of Map.groupBy(mergeSent(allowed).toSorted(byLifecycle), groupKeyOf).values()) {
      for (const write of await this.#writeGroup(trx, group)) taken.add(write);
    }
    return writes.map((write) => taken.has(write) ? "taken" : fenced.has(write) ? "fenced" : "late");
  }

  async #writeGroup(trx: Kysely<Schema>, group: readonly PlannedWrite[]): Promise<CommandWrite[]> {
    const [first] = group;
    if (!first) return [];
    if (first.type === "insert") return await this.#insert(trx, group as PlannedWrite<"insert">[]);
    const change: Omit<CommandChange, "group"> = first.type === "sent"
      ? { set: { state: "sent", sent_at: first.at }, from: ["requested"], origin: first.origin }
      : { set: { state: first.state, reason: first.reason, finished_at: first.at }, from: first.from };
    return await this.#update(trx, { ...change, group: group as PlannedWrite<"sent" | "finish">[] });
  }

  async #insert(trx: Kysely<Schema>, group: readonly PlannedWrite<"insert">[]): Promise<CommandWrite[]> {
    const rows = padToPowerOfTwo(group).map(({ row }) => row);
    const insert = this.#inserts.get(rows.length) ??
      this.#db.insertInto("commands").values(rows.map(() => TEMPLATE))
        .onConflict((on) => on.column("id").doNothing()).returning("id").compile();
    this.#inserts.set(rows.length, insert);
    const parameters = rows.flatMap((row) => COLUMNS.map((column) => row[column]));
    const fresh = new Set(
      (await trx.executeQuery<{ id: string }>({ ...insert, parameters })).rows.map(idOfRow),
    );
    // Of two inserts with the same id only the first is new.
    return group.flatMap((insert) => fresh.delete(insert.row.id) ? insert.writes : []);
  }

  async #update(trx: Kysely<Schema>, change: CommandChange): Promise<CommandWrite[]> {
    const { group, from, set, origin } = change;
    const ids = padToPowerOfTwo(group).map(({ id }) => id);
    const shape = `${Object.keys(set)} ${ids.length} ${from.length} ${origin !== undefined}`;
    const update = this.#updates.get(shape) ?? this.#compileUpdate(change, ids);
    this.#updates.set(shape, update);
    const parameters = [...Object.values(set), ...ids, ...from, ...origin === undefined ? [] : [origin]];
    const { rows } = await trx.executeQuery<ChangedCommand>({ ...update, parameters });
    const changed = new Map(rows.map((row) => [row.id, row]));
    const made: CommandWrite[] = [];
    const openings: OpenedCommand[] = [];
    for (const write of group) {
      const row = changed.get(write.id);
      // Of two changes of one command only the first is made.
      if (!row || !changed.delete(write.id)) continue;
      made.push(...write.writes);
      if (write.type === "finish" && write.state === "opened") {
        openings.push({ ...row, seen: write.seen ?? { at: write.at } });
      }
    }
    await writeOpenings(trx, openings);
    return made;
  }

  #compileUpdate(
    { set, from, origin }: CommandChange,
    ids: readonly string[],
  ): CompiledQuery<ChangedCommand> {
    return this.#db.updateTable("commands").set(set)
      // A sending in a lower epoch than the cabinet's was fenced, so the cabinet's epoch is the sender's.
      .$if("sent_at" in set, (update) =>
        update.set(({ selectFrom }) => ({
          sent_epoch: selectFrom("epochs").select("epoch").whereRef(
            "epochs.cabinet",
            "=",
            "commands.cabinet",
          ),
        })))
      .where("id", "in", ids).where("state", "in", from)
      .$if(origin !== undefined, (update) => update.where("origin", "=", origin ?? null))
      .returning(OF_CHANGED).compile();
  }
}

/** A write, with the caller's writes that it carries out. */
type PlannedWrite<Type extends CommandWrite["type"] = CommandWrite["type"]> =
  & Extract<CommandWrite, { type: Type }>
  & {
    readonly writes: readonly CommandWrite[];
  };

/**
 * Inserts a command whose sending is in the same batch as already sent: one row is written, not two. Several isolates may
 * insert the same tap, so only a sending with the insert's own origin belongs to it.
 */
function mergeSent(writes: readonly CommandWrite[]): PlannedWrite[] {
  const sent = new Map(writes.flatMap((write) => write.type === "sent" ? [[tapOf(write), write]] : []));
  const inserted = new Set<CommandWrite>();
  const planned: PlannedWrite[] = [];
  for (const write of writes) {
    if (write.type !== "insert") continue;
    const follows = sent.get(tapOf(write.row));
    if (!follows || write.row.state !== "requested") planned.push({ ...write, writes: [write] });
    else {
      inserted.add(follows);
      const row: JournalRow = {
        ...write.row,
        state: "sent",
        sent_at: follows.at,
        sent_epoch: follows.epoch,
      };
      planned.push({ ...write, row, writes: [write, follows] });
    }
  }
  for (const write of writes) {
    if (write.type === "finish" || write.type === "sent" && !inserted.has(write)) {
      planned.push({ ...write, writes: [write] });
    }
  }
  return planned;
}

/** A command's id, with the isolate that inserted it. */
function tapOf({ id, origin }: { readonly id: string; readonly origin?: number | null | undefined }): string {
  return `${id} ${origin ?? ""}`;
}

/** One batch may contain a command's insert, its sending and its end. */
const LIFECYCLE = ["insert", "sent", "finish"];

function byLifecycle(a: PlannedWrite, b: PlannedWrite): number {
  return LIFECYCLE.indexOf(a.type) - LIFECYCLE.indexOf(b.type);
}

/** Writes with the same key share a statement. */
function groupKeyOf(write: PlannedWrite): string {
  switch (write.type) {
    case "insert":
      return "insert";
    case "sent":
      return `sent ${write.origin}`;
    case "finish":
      return `${write.state} ${write.reason} ${write.from}`;
  }
}

/** The id of the command that the write is about. */
export function idOf(write: CommandWrite): string {
  return write.type === "insert" ? write.row.id : write.id;
}

function idOfRow({ id }: { id: string }): string {
  return id;
}

/** The command, or `undefined`. */
export async function commandById(db: Kysely<Schema>, id: string): Promise<CommandTable | undefined> {
  return await db.selectFrom("commands").selectAll().where("id", "=", id).executeTakeFirst();
}

/** Those of these commands that exist. */
export async function commandsById(db: Tables, ids: readonly string[]): Promise<CommandTable[]> {
  return await runWith(db, BY_ID, ids.map((id) => [id]));
}

const BY_ID: RowStatement = {
  name: "commands by id",
  columns: ["text"],
  build: (db, values) =>
    db.selectFrom("commands").selectAll().where(sql<boolean>`id in (${values})`).compile(),
};

/** The command, if it is within the view, or `undefined`. */
export async function commandWithin(view: OrganizationView, id: string): Promise<CommandTable | undefined> {
  const command = await view[TABLES].selectFrom("commands").selectAll().where("id", "=", id)
    .executeTakeFirst();
  return within(view, command);
}

/** Which commands are listed. */
export interface CommandFilter extends TimeRange {
  readonly cabinet?: string | undefined;
  readonly cell?: number | undefined;
  readonly kind?: CommandKind | undefined;
  readonly state?: CommandState | undefined;
  /** Who tapped. */
  readonly person?: string | undefined;
  readonly before?: Cursor | undefined;
  readonly limit: number;
}

/** A page of the journal, newest first; the range is about when they were requested. */
export async function commandsPage(
  view: OrganizationView,
  filter: CommandFilter,
): Promise<Page<CommandTable>> {
  const { cabinet, cell, kind, state, person, before, limit } = filter;
  const db = view[TABLES];
  const values = { by: person && `person:${person}`, cabinet, cell, command: kind, state };
  const narrow = narrowing(db, values);
  // SQLite has no index over people, which would cost each tap a page; the one over times has them, too.
  const isScanned = values.by !== undefined && narrow === undefined;
  const { owned, fits } = testedIn(view, "commands", {
    conditions: matching({ ...values, ...narrow && { [narrow]: undefined } }),
    byOrganizationIndex: narrow === undefined && !isScanned,
  });
  let query = db.selectFrom("commands").where(owned);
  if (narrow) query = query.where(narrow, "=", values[narrow] ?? "");
  const counted = query.where(isInRange("requested_at", filter));
  const count = fits ? undefined : () => countOf(db, counted.select("id"), { by: ["requested_at"] });
  const scan = isScanned ? DATABASE.scanIndex : undefined;
  return await readPage(query.selectAll(), {
    time: "requested_at",
    before,
    range: filter,
    limit,
    fits,
    scan,
    count,
  });
}

/** The column whose index narrows the list down. */
function narrowing(
  db: Tables,
  { by, cabinet }: { readonly by: string | undefined; readonly cabinet: string | undefined },
): "by" | "cabinet" | undefined {
  if (by !== undefined && isPostgres(db)) return "by";
  return cabinet === undefined ? undefined : "cabinet";
}

/** Adds a command, whose id must be new; of the cabinet's organization, unless the command says which. */
export async function insertCommand(
  trx: Tables,
  command: CommandTable & { readonly organization?: string | undefined },
): Promise<void> {
  const organization = command.organization ?? organizationOf(command.cabinet);
  await trx.insertInto("commands").values({ ...command, organization }).execute();
}

/** Changes the command if it is in one of these states and about that cell. @returns the changed row */
export async function changeCommand(
  trx: Tables,
  id: string,
  change: { from: readonly CommandState[]; cell: number; set: Partial<CommandTable> },
): Promise<CommandTable | undefined> {
  return await trx.updateTable("commands").set(change.set).where("id", "=", id)
    .where("cell", "=", change.cell).where("state", "in", change.from).returningAll().executeTakeFirst();
}

/** Without a parameter, since SQLite does not use a partial index if its condition has one: it would read all commands. */
const IS_UNFINISHED = sql<boolean>`state in (${sql.join(UNFINISHED_STATES.map((state) => sql.lit(state)))})`;

/** Whether a command about that rental has not ended. */
export async function hasUnfinishedCommand(trx: Tables, rental: string): Promise<boolean> {
  return await trx.selectFrom("commands").select("id").where(IS_UNFINISHED)
    .where("rental", "=", rental).limit(1).executeTakeFirst() !== undefined;
}

/** Locks up to `limit` commands that have not ended and were requested by `before`; skips those that are locked. */
export async function lockUnfinished(
  trx: Tables,
  { before, limit }: { before: number; limit: number },
): Promise<CommandTable[]> {
  return await trx.selectFrom("commands").selectAll().where(IS_UNFINISHED)
    .where("requested_at", "<=", before).limit(limit).forUpdate().skipLocked().execute();
}

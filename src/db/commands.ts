/**
 * Queries of the command journal.
 *
 * @module
 */
import type { CompiledQuery, Kysely } from "kysely";
import type { CommandTable, Schema } from "./schema.ts";

/** States in which a command is not over. */
const UNFINISHED = ["requested", "sent"];

/** One write to the journal. */
export type CommandWrite =
  | { readonly type: "insert"; readonly row: CommandTable }
  | { readonly type: "sent"; readonly id: string; readonly at: number }
  | {
    readonly type: "finish";
    readonly id: string;
    readonly at: number;
    readonly state: string;
    readonly reason: string | null;
    /** The states that this one may follow. */
    readonly from: readonly string[];
  };

/** The same change of several commands. */
interface Change {
  readonly group: readonly CommandWrite[];
  readonly from: readonly string[];
  readonly set: Partial<CommandTable>;
}

/** Gives the insert its columns and their order; the values are those of each row. */
const TEMPLATE: CommandTable = {
  id: "",
  cabinet: "",
  cell: 0,
  command: "",
  state: "",
  reason: null,
  by: "",
  note: null,
  requested_at: 0,
  sent_at: null,
  finished_at: null,
};
const COLUMNS = Object.keys(TEMPLATE) as (keyof CommandTable)[];

/** Writes to the journal, many in one transaction. */
export class CommandWriter {
  readonly #db: Kysely<Schema>;
  readonly #insert: CompiledQuery<{ id: string }>;
  /** By what is set and how many ids and states there are: a few dozen shapes, since ids are padded. */
  readonly #updates = new Map<string, CompiledQuery<{ id: string }>>();

  constructor(db: Kysely<Schema>) {
    this.#db = db;
    // Compiled once, as are the updates: building a statement took longer than running it.
    this.#insert = db.insertInto("commands").values(TEMPLATE)
      .onConflict((on) => on.column("id").doNothing()).returning("id").compile();
  }

  /**
   * Writes all of them or none. For each: whether it took effect. An insert takes none where the id is known
   * already, a change takes none where the state had moved on.
   */
  async write(writes: readonly CommandWrite[]): Promise<boolean[]> {
    const done = new Set<CommandWrite>();
    await this.#db.transaction().execute(async (trx) => {
      for (const group of Map.groupBy(writes.toSorted(inLifeOrder), kindOf).values()) {
        for (const write of await this.#writeGroup(trx, group)) done.add(write);
      }
    });
    return writes.map((write) => done.has(write));
  }

  async #writeGroup(trx: Kysely<Schema>, group: readonly CommandWrite[]): Promise<CommandWrite[]> {
    const [first] = group;
    if (first?.type === "sent") {
      return await this.#changed(trx, {
        group,
        from: ["requested"],
        set: { state: "sent", sent_at: first.at },
      });
    }
    if (first?.type === "finish") {
      const set = { state: first.state, reason: first.reason, finished_at: first.at };
      return await this.#changed(trx, { group, from: first.from, set });
    }
    const inserted: CommandWrite[] = [];
    for (const write of group) if (await this.#inserted(trx, write)) inserted.push(write);
    return inserted;
  }

  async #inserted(trx: Kysely<Schema>, write: CommandWrite): Promise<boolean> {
    if (write.type !== "insert") return false;
    const parameters = COLUMNS.map((column) => write.row[column]);
    const { rows } = await trx.executeQuery({ ...this.#insert, parameters });
    return rows.length > 0;
  }

  async #changed(trx: Kysely<Schema>, change: Change): Promise<CommandWrite[]> {
    const { group, from, set } = change;
    const ids = padded(group);
    const shape = `${Object.keys(set)} ${ids.length} ${from.length}`;
    const update = this.#updates.get(shape) ??
      trx.updateTable("commands").set(set).where("id", "in", ids).where("state", "in", from)
        .returning("id").compile();
    this.#updates.set(shape, update);
    const parameters = [...Object.values(set), ...ids, ...from];
    const { rows } = await trx.executeQuery<{ id: string }>({ ...update, parameters });
    const changed = new Set(rows.map(({ id }) => id));
    return group.filter((write) => changed.has(idOf(write)));
  }
}

/** A command's insert, its sending and its end may meet in one batch. */
const LIFE = ["insert", "sent", "finish"];

function inLifeOrder(a: CommandWrite, b: CommandWrite): number {
  return LIFE.indexOf(a.type) - LIFE.indexOf(b.type);
}

/** Writes of one kind are one group. */
function kindOf(write: CommandWrite): string {
  return write.type === "finish" ? `${write.state} ${write.reason} ${write.from}` : write.type;
}

function idOf(write: CommandWrite): string {
  return write.type === "insert" ? write.row.id : write.id;
}

/** The ids, filled up to a power of two with the last one, so that few different statements are prepared. */
function padded(group: readonly CommandWrite[]): string[] {
  const ids = group.map(idOf);
  const last = ids.at(-1) as string;
  while ((ids.length & (ids.length - 1)) !== 0) ids.push(last);
  return ids;
}

/** The command, or `undefined`. */
export async function commandById(db: Kysely<Schema>, id: string): Promise<CommandTable | undefined> {
  return await db.selectFrom("commands").selectAll().where("id", "=", id).executeTakeFirst();
}

/** Where a page of the journal ends: the next one goes on with older commands. */
export interface CommandCursor {
  readonly requestedAt: number;
  readonly id: string;
}

/** Up to `limit` commands, newest first. */
export async function commandsBefore(
  db: Kysely<Schema>,
  filter: {
    cabinet?: string | undefined;
    cell?: number | undefined;
    state?: string | undefined;
    before?: CommandCursor | undefined;
    limit: number;
  },
): Promise<CommandTable[]> {
  const { cabinet, cell, state, before, limit } = filter;
  let query = db.selectFrom("commands").selectAll().orderBy("requested_at", "desc").orderBy("id", "desc");
  if (cabinet !== undefined) query = query.where("cabinet", "=", cabinet);
  if (cell !== undefined) query = query.where("cell", "=", cell);
  if (state !== undefined) query = query.where("state", "=", state);
  if (before) {
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple("requested_at", "id"), "<", tuple(before.requestedAt, before.id))
    );
  }
  return await query.limit(limit).execute();
}

/**
 * Ends what a dead process left: `requested` was never sent and will not be, `sent` may have opened a door.
 *
 * @returns how many of each
 */
export async function endUnfinished(
  db: Kysely<Schema>,
  end: { at: number; requested: [state: string, reason: string]; sent: [state: string, reason: string] },
): Promise<{ requested: number; sent: number }> {
  const finish = async (from: string, [state, reason]: [string, string]) =>
    (await db.updateTable("commands").set({ state, reason, finished_at: end.at })
      .where("state", "=", from).where("state", "in", UNFINISHED).returning("id").execute()).length;
  return { requested: await finish("requested", end.requested), sent: await finish("sent", end.sent) };
}

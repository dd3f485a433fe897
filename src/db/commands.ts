/**
 * Queries of the command journal.
 *
 * @module
 */
import type { Kysely } from "kysely";
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

/**
 * Writes all of them in one transaction. For each: whether it took effect. An insert takes none where the id is
 * known already, a change takes none where the state had moved on.
 */
export async function writeCommands(db: Kysely<Schema>, writes: readonly CommandWrite[]): Promise<boolean[]> {
  const done = new Set<CommandWrite>();
  await db.transaction().execute(async (trx) => {
    for (const [kind, group] of Map.groupBy(writes, kindOf)) {
      const ids = await writeGroup(trx, group);
      for (const write of group) if (ids.has(idOf(write))) done.add(write);
      if (kind === "insert") keepFirstOfEachId(group, done);
    }
  });
  return writes.map((write) => done.has(write));
}

/** Writes of one kind go into one statement. Inserts come first: nothing follows one before it is committed. */
function kindOf(write: CommandWrite): string {
  return write.type === "finish" ? `finish ${write.state} ${write.reason} ${write.from}` : write.type;
}

function idOf(write: CommandWrite): string {
  return write.type === "insert" ? write.row.id : write.id;
}

/** Two taps with the same id in one batch: the first is the command. */
function keepFirstOfEachId(group: readonly CommandWrite[], done: Set<CommandWrite>): void {
  const seen = new Set<string>();
  for (const write of group) {
    if (seen.has(idOf(write))) done.delete(write);
    seen.add(idOf(write));
  }
}

async function writeGroup(trx: Kysely<Schema>, group: readonly CommandWrite[]): Promise<Set<string>> {
  const rows = await groupStatement(trx, group).execute();
  return new Set(rows.map(({ id }) => id));
}

function groupStatement(trx: Kysely<Schema>, group: readonly CommandWrite[]) {
  const [first] = group;
  if (first?.type === "sent") {
    return trx.updateTable("commands").set({ state: "sent", sent_at: first.at })
      .where("id", "in", padded(group)).where("state", "=", "requested").returning("id");
  }
  if (first?.type === "finish") {
    return trx.updateTable("commands").set({
      state: first.state,
      reason: first.reason,
      finished_at: first.at,
    })
      .where("id", "in", padded(group)).where("state", "in", first.from).returning("id");
  }
  const rows = group.flatMap((write) => write.type === "insert" ? [write.row] : []);
  return trx.insertInto("commands").values(rows).onConflict((on) => on.column("id").doNothing()).returning(
    "id",
  );
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

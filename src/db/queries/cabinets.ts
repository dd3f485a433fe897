import { sql } from "kysely";
import type { Job } from "../database.ts";
import type { CabinetTable, CellTable, Tables } from "../schema.ts";
import { padToPowerOfTwo } from "../statements/compiled.ts";
import { endAlarmsOf, endAlarmsOfAll } from "./records.ts";
import type { CellCondition } from "../../cabinet/kinds.ts";

/** A cabinet's row with the rows of its cells, by cell number. */
export interface CabinetRow extends CabinetTable {
  cells: CellTable[];
}

/** The columns of a cabinet that its description does not set. */
type RuntimeColumn = "offline_since" | "awaited_since" | "event_log" | "event_seq";

/** A cabinet as its description wants it. */
export interface WantedCabinet extends Omit<CabinetTable, RuntimeColumn | "secret" | "sealed_secret"> {
  /** `undefined`: the secret stays. Otherwise it replaces a plain one, too. */
  readonly sealed_secret: string | null | undefined;
  /** By cell number. A state that is `undefined` stays as it is, and is `free` on a new cell. */
  readonly cells: readonly (Pick<CellTable, "cabinet" | "cell" | "board" | "channel" | "size"> & {
    readonly state: CellCondition | undefined;
  })[];
}

/** The result of {@linkcode putCabinet}. `held`: cells that are rented would be removed, or change their mode. */
export type PutResult =
  | { readonly type: "created" | "replaced" }
  | { readonly type: "held"; readonly cells: readonly number[] };

/** Creates the cabinet, or replaces it and its cells. Keeps when it was created and seen, and its rentals. */
export async function putCabinet(trx: Tables, wanted: WantedCabinet): Promise<PutResult> {
  const { cells, ...described } = wanted;
  const cabinet = { ...described, ...wanted.sealed_secret === undefined ? {} : { secret: null } };
  const { id: _id, created_at: _created, last_seen_at: _seen, ...changes } = cabinet;
  const before = new Map((await lockCells(trx, wanted.id)).map((cell) => [cell.cell, cell]));
  const held = await heldAgainst(trx, wanted, before);
  if (held.length > 0) return { type: "held", cells: held };
  const was = await trx.selectFrom("cabinets").select(["board", "wiring", "description"])
    .where("id", "=", wanted.id).executeTakeFirst();
  if (was) {
    const description = withUnknown(changes.description, was.description);
    await trx.updateTable("cabinets").set({ ...changes, description }).where("id", "=", wanted.id).execute();
  } else await trx.insertInto("cabinets").values({ ...cabinet, event_seq: 0 }).execute();
  await trx.deleteFrom("cells").where("cabinet", "=", wanted.id).execute();
  // A door's place is known of its lock and the lock's wiring, not of the cell's number.
  const isReadAlike = was?.board === wanted.board && was.wiring === wanted.wiring;
  const kept = cells.filter((cell) => isReadAlike && isWiredAs(cell, before.get(cell.cell)));
  const same = new Set(kept.map(({ cell }) => cell));
  const rows = cells.map((cell) =>
    cellAfter(cell, { before: before.get(cell.cell), isSame: same.has(cell.cell) })
  );
  if (rows.length > 0) await trx.insertInto("cells").values(rows).execute();
  const gone = [...before.keys()].filter((cell) => !same.has(cell));
  await endAlarmsOf(trx, wanted.id, { now: wanted.updated_at, cells: gone });
  return { type: was ? "replaced" : "created" };
}

/** The description with the fields that only a later version knows, which may run beside this one during an upgrade. */
function withUnknown(description: string | null, before: string | null): string | null {
  if (description === null || before === null) return description;
  return JSON.stringify({ ...JSON.parse(before), ...JSON.parse(description) });
}

function cellAfter(
  wanted: WantedCabinet["cells"][number],
  { before, isSame }: { before: CellTable | undefined; isSame: boolean },
): CellTable {
  const { state = "free", rental = null, last_rental = null, freed_at = 0 } = before ?? {};
  const { door = null, door_at = null, door_command = null } = isSame && before ? before : {};
  const { door_epoch = null, door_count = null } = isSame && before ? before : {};
  const seen = { door, door_at, door_command, door_epoch, door_count };
  const kept = { rental, last_rental, freed_at, ...seen };
  return { ...wanted, state: wanted.state ?? state, ...kept };
}

function isWiredAs(wanted: Pick<CellTable, "board" | "channel">, before: CellTable | undefined): boolean {
  return before?.board === wanted.board && before.channel === wanted.channel;
}

async function lockCells(trx: Tables, cabinet: string): Promise<CellTable[]> {
  return await trx.selectFrom("cells").selectAll().where("cabinet", "=", cabinet).forUpdate().execute();
}

/** The rented cells that the wanted cabinet lacks; all of them if it has another mode. */
async function heldAgainst(
  trx: Tables,
  { id, mode, cells }: WantedCabinet,
  before: ReadonlyMap<number, CellTable>,
): Promise<number[]> {
  const held = [...before.values()].filter(({ rental }) => rental !== null).map(({ cell }) => cell);
  if (held.length === 0) return [];
  const known = await trx.selectFrom("cabinets").select("mode").where("id", "=", id).executeTakeFirst();
  if (known?.mode !== mode) return held;
  const wanted = new Set(cells.map(({ cell }) => cell));
  return held.filter((cell) => !wanted.has(cell));
}

/** The cabinet, or `undefined`. */
export async function cabinetById(db: Tables, id: string): Promise<CabinetRow | undefined> {
  const cabinet = await cabinetWithoutCells(db, id);
  return cabinet && (await withCells(db, [cabinet]))[0];
}

/** Up to `limit` cabinets in the order of their ids, behind the id `after`. */
export async function cabinetsAfter(
  db: Tables,
  page: { after: string | undefined; limit: number },
): Promise<CabinetRow[]> {
  let query = db.selectFrom("cabinets").selectAll().orderBy("id").limit(page.limit);
  if (page.after !== undefined) query = query.where("id", ">", page.after);
  return await withCells(db, await query.execute());
}

/** The cabinet without its cells, which a device does not need; or `undefined`. */
export async function cabinetWithoutCells(db: Tables, id: string): Promise<CabinetTable | undefined> {
  return await db.selectFrom("cabinets").selectAll().where("id", "=", id).executeTakeFirst();
}

async function withCells(db: Tables, cabinets: CabinetTable[]): Promise<CabinetRow[]> {
  if (cabinets.length === 0) return [];
  const cells = await db.selectFrom("cells").selectAll()
    .where("cabinet", "in", cabinets.map(({ id }) => id)).orderBy("cabinet").orderBy("cell").execute();
  const byCabinet = Map.groupBy(cells, ({ cabinet }) => cabinet);
  return cabinets.map((cabinet) => ({ ...cabinet, cells: byCabinet.get(cabinet.id) ?? [] }));
}

/** Removes the cabinet and its cells, and ends its alarms; its history stays. `undefined`: there was no such cabinet. */
export async function deleteCabinet(
  trx: Tables,
  id: string,
  now: number,
): Promise<{ type: "removed" } | { type: "held"; cells: readonly number[] } | undefined> {
  const held = (await lockCells(trx, id)).filter(({ rental }) => rental !== null).map(({ cell }) => cell);
  if (held.length > 0) return { type: "held", cells: held };
  const removed = await trx.deleteFrom("cabinets").where("id", "=", id).returning("id").executeTakeFirst();
  if (!removed) return undefined;
  await endAlarmsOf(trx, id, { now });
  return { type: "removed" };
}

/** The cabinet that already has this registration (hex), or `undefined`. */
export async function cabinetWithRegistration(db: Tables, hex: string): Promise<string | undefined> {
  const row = await db.selectFrom("cabinets").select("id").where("registration", "=", hex).executeTakeFirst();
  return row?.id;
}

/** The cabinets whose registration is one of these (hex), longest registration first. */
export async function cabinetsRegisteredAs(
  db: Tables,
  hexes: readonly string[],
): Promise<CabinetTable[]> {
  if (hexes.length === 0) return [];
  return await db.selectFrom("cabinets").selectAll().where("registration", "in", padToPowerOfTwo(hexes))
    .orderBy(sql`length(registration)`, "desc").execute();
}

/** Whether these bytes (hex) are the beginning of a longer registration. */
export async function isRegistrationPrefix(db: Tables, hex: string): Promise<boolean> {
  const found = await db.selectFrom("cabinets").select("id")
    .where("registration", ">", hex).where("registration", "<", `${hex}g`).limit(1).executeTakeFirst();
  return found !== undefined;
}

/** What {@linkcode touchCabinets} notes. */
interface SeenChange {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Whether the cabinets connected at that time, or disconnected. */
  readonly online: boolean;
  /** Whether cabinets that disconnected had connected since the last note. @default {online} */
  readonly came?: boolean;
}

/** Does {@linkcode touchCabinets} as a job. */
export const noteSeen: Job<SeenChange & { readonly cabinets: readonly string[] }, void> = {
  name: "note-seen",
  isLazy: true,
  work: (trx, { cabinets, ...how }) => touchCabinets(trx, cabinets, how),
};

/** Notes when these cabinets were last seen, as they connected (`online`) or disconnected. */
export async function touchCabinets(
  trx: Tables,
  ids: readonly string[],
  { at, online, came = online }: SeenChange,
): Promise<void> {
  const update = trx.updateTable("cabinets").where("id", "in", ids);
  const seen = { last_seen_at: at, ...came && { awaited_since: null } };
  if (came) await endAlarmsOfAll(trx, ids, { kind: "never-connected", now: at });
  if (!online) {
    // A cabinet that has connected again meanwhile, perhaps to another program, is not offline.
    const isLast = sql<boolean>`coalesce(last_seen_at, 0) <= ${at}`;
    return void await update.set({ ...seen, offline_since: at }).where(isLast).execute();
  }
  await update.set({ ...seen, offline_since: null }).execute();
  await endAlarmsOfAll(trx, ids, { kind: "offline", now: at });
}

/** Up to `limit` secrets that the version before stored unsealed. */
export async function plainSecrets(db: Tables, limit: number): Promise<{ id: string; secret: string }[]> {
  return await db.selectFrom("cabinets").select(["id", "secret"]).where("secret", "is not", null)
    .$narrowType<{ secret: string }>().limit(limit).execute();
}

/** Up to `limit` cabinets whose secret is sealed. */
export async function sealedSecrets(
  db: Tables,
  limit: number,
): Promise<Pick<CabinetTable, "id" | "secret" | "sealed_secret">[]> {
  return await db.selectFrom("cabinets").select(["id", "secret", "sealed_secret"])
    .where("sealed_secret", "is not", null).limit(limit).execute();
}

/** Replaces this plain secret by a sealed one; `false`: it has changed meanwhile. */
export async function sealSecret(
  trx: Tables,
  { id, secret, sealed }: { id: string; secret: string; sealed: string },
): Promise<boolean> {
  return await trx.updateTable("cabinets").set({ secret: null, sealed_secret: sealed }).where("id", "=", id)
    .where("secret", "=", secret).returning("id").executeTakeFirst() !== undefined;
}

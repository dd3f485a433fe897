import { type Insertable, sql } from "kysely";
import type { Job } from "../database.ts";
import type { CabinetSearchTable, CabinetTable, CellTable, Schema, Tables } from "../schema.ts";
import { isOwned, type OrganizationView, TABLES, within } from "../organization_view.ts";
import { padToPowerOfTwo, type RowStatement, runWith } from "../statements/compiled.ts";
import { endAlarmsOf, endAlarmsOfAll } from "./alarms/alarms.ts";
import type { CabinetOwner } from "../../cabinet/commands.ts";
import type { CellCondition } from "../../cabinet/kinds.ts";

/** A cabinet's row with the rows of its cells, by cell number, and its organization's contact. */
export interface CabinetRow extends CabinetTable {
  cells: CellTable[];
  organization_contact: string | null;
}

/** The columns of a cabinet that its description does not set. */
type RuntimeColumn =
  | "offline_since"
  | "online"
  | "online_at"
  | "online_epoch"
  | "awaited_since"
  | "event_log"
  | "event_seq";

/** A cabinet as its description wants it. */
export interface WantedCabinet extends Omit<CabinetTable, RuntimeColumn | "secret" | "sealed_secret"> {
  /** `undefined`: the secret stays. Otherwise it replaces a plain one, too. */
  readonly sealed_secret: string | null | undefined;
  readonly tags: readonly string[];
  /** What it is searched by. */
  readonly words: string;
  /** By cell number. A state that is `undefined` stays as it is, and is `free` on a new cell. */
  readonly cells: readonly (Pick<CellTable, "cabinet" | "cell" | "board" | "channel" | "size"> & {
    readonly state: CellCondition | undefined;
  })[];
}

/**
 * The result of {@linkcode putCabinet}. `held`: cells that are rented would be removed, or change their mode; `foreign`:
 * the id is another organization's.
 */
export type PutResult =
  | { readonly type: "created" | "replaced" }
  | { readonly type: "foreign" }
  | { readonly type: "held"; readonly cells: readonly number[] };

/** Creates the cabinet, or replaces it and its cells. Keeps when it was created and seen, and its rentals. */
export async function putCabinet(trx: Tables, wanted: WantedCabinet): Promise<PutResult> {
  const { cells, tags, words, ...described } = wanted;
  const cabinet = { ...described, ...wanted.sealed_secret === undefined ? {} : { secret: null } };
  const { id: _id, organization, created_at: _created, last_seen_at: _seen, ...changes } = cabinet;
  const was = await lockCabinet(trx, wanted.id);
  if (was && was.organization !== organization) return { type: "foreign" };
  const before = new Map((await lockCells(trx, wanted.id)).map((cell) => [cell.cell, cell]));
  const held = heldAgainst(wanted, { mode: was?.mode, before });
  if (held.length > 0) return { type: "held", cells: held };
  // Later than before, whatever the clock says: by that two descriptions are told apart.
  const updated_at = was ? Math.max(wanted.updated_at, was.updated_at + 1) : wanted.updated_at;
  if (was) {
    const description = withUnknown(changes.description, was.description);
    await trx.updateTable("cabinets").set({ ...changes, description, updated_at })
      .where("id", "=", wanted.id).execute();
  } else {
    const isNew = await insertCabinet(trx, {
      ...cabinet,
      sealed_secret: wanted.sealed_secret ?? null,
      event_seq: 0,
    });
    // Another transaction was first: it may be of the same organization, which then replaces what it has just created.
    if (!isNew) {
      return await lockCabinet(trx, wanted.id) ? await putCabinet(trx, wanted) : { type: "foreign" };
    }
  }
  await setTags(trx, { organization, cabinet: wanted.id }, tags);
  await setWords(trx, { organization, cabinet: wanted.id, words, described_at: updated_at });
  await trx.deleteFrom("cells").where("cabinet", "=", wanted.id).execute();
  // A door's place is known of its lock and the lock's wiring, not of the cell's number.
  const isReadAlike = was?.board === wanted.board && was.wiring === wanted.wiring;
  const kept = cells.filter((cell) => isReadAlike && isWiredAs(cell, before.get(cell.cell)));
  const same = new Set(kept.map(({ cell }) => cell));
  const rows = cells.map((cell) =>
    cellAfter(cell, { before: before.get(cell.cell), isSame: same.has(cell.cell) })
  );
  if (rows.length > 0) {
    await trx.insertInto("cells").values(rows.map((row) => ({ ...row, organization }))).execute();
  }
  const gone = [...before.keys()].filter((cell) => !same.has(cell));
  await endAlarmsOf(trx, wanted.id, { now: wanted.updated_at, cells: gone });
  return { type: was ? "replaced" : "created" };
}

/** How a cabinet was described. */
type DescribedBefore = Pick<
  CabinetTable,
  "board" | "wiring" | "mode" | "description" | "organization" | "updated_at"
>;

/**
 * Locks the cabinet and its cells, so that until the transaction ends it stays described so, and nobody gets a cell. The
 * cabinet comes first: the rows of its cells are replaced, so a transaction that waits for them finds none. `undefined`:
 * there is none of that id, as far as the transaction sees.
 */
export async function lockCabinet(trx: Tables, id: string): Promise<DescribedBefore | undefined> {
  const before = await trx.selectFrom("cabinets")
    .select(["board", "wiring", "mode", "description", "organization", "updated_at"])
    .where("id", "=", id).forUpdate().executeTakeFirst();
  await lockCells(trx, id);
  return before;
}

/** `false`: there is one of that id, which a confined transaction does not see where it is another organization's. */
async function insertCabinet(trx: Tables, row: Insertable<Schema["cabinets"]>): Promise<boolean> {
  return await trx.insertInto("cabinets").values(row).onConflict((on) => on.column("id").doNothing())
    .returning("id").executeTakeFirst() !== undefined;
}

async function setTags(
  trx: Tables,
  of: { readonly organization: string; readonly cabinet: string },
  tags: readonly string[],
): Promise<void> {
  await trx.deleteFrom("cabinet_tags").where("cabinet", "=", of.cabinet).execute();
  if (tags.length === 0) return;
  await trx.insertInto("cabinet_tags").values(tags.map((tag) => ({ ...of, tag }))).execute();
}

/** Writes what the cabinet is searched by. */
async function setWords(trx: Tables, row: CabinetSearchTable): Promise<void> {
  const { words, described_at } = row;
  await trx.insertInto("cabinet_search").values(row)
    .onConflict((on) => on.columns(["organization", "cabinet"]).doUpdateSet({ words, described_at }))
    .execute();
}

async function deleteWords(
  trx: Tables,
  { organization, cabinet }: Pick<CabinetSearchTable, "organization" | "cabinet">,
): Promise<void> {
  await trx.deleteFrom("cabinet_search").where("organization", "=", organization)
    .where("cabinet", "=", cabinet).execute();
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

/** The rented cells that the wanted cabinet lacks; all of them if it had another mode. */
function heldAgainst(
  wanted: Pick<WantedCabinet, "mode" | "cells">,
  { mode, before }: { mode: string | undefined; before: ReadonlyMap<number, CellTable> },
): number[] {
  const held = [...before.values()].filter(({ rental }) => rental !== null).map(({ cell }) => cell);
  if (mode !== wanted.mode) return held;
  const stay = new Set(wanted.cells.map(({ cell }) => cell));
  return held.filter((cell) => !stay.has(cell));
}

/** The cabinet, or `undefined`. */
export async function cabinetById(db: Tables, id: string): Promise<CabinetRow | undefined> {
  const cabinet = await withContact(db).where("id", "=", id).executeTakeFirst();
  return cabinet && (await withCells(db, [cabinet]))[0];
}

/** Those of these cabinets that there are, of all organizations, by id; without cells they have none. */
export async function cabinetsById(
  db: Tables,
  ids: readonly string[],
  { includesCells = true } = {},
): Promise<Map<string, CabinetRow>> {
  if (ids.length === 0) return new Map();
  const bare = await withContact(db).where("id", "in", padToPowerOfTwo(ids)).execute();
  const rows = includesCells ? await withCells(db, bare) : bare.map((row) => ({ ...row, cells: [] }));
  return new Map(rows.map((row) => [row.id, row]));
}

/** The cabinet, if it is within the view, or `undefined`. */
export async function cabinetWithin(view: OrganizationView, id: string): Promise<CabinetRow | undefined> {
  const cabinet = await cabinetById(view[TABLES], id);
  return cabinet && within(view, { ...cabinet, cabinet: id }) && cabinet;
}

/** Up to `limit` cabinets in the order of their ids, which is the database's, behind the id `after`. */
export async function cabinetsAfter(
  view: OrganizationView,
  { after, limit }: { after: string | undefined; limit: number },
): Promise<CabinetRow[]> {
  const { [TABLES]: tables, tags } = view;
  // Postgres takes no empty list.
  if (tags?.length === 0) return [];
  let query = withContact(tables).where(isOwned(view)).orderBy("id").limit(limit);
  if (after !== undefined) query = query.where("id", ">", after);
  if (tags) {
    query = query.where(({ exists, selectFrom }) =>
      exists(
        selectFrom("cabinet_tags").select("tag").whereRef("cabinet", "=", "cabinets.id").where(
          "tag",
          "in",
          tags,
        ),
      )
    );
  }
  return await withCells(tables, await query.execute());
}

/** The cabinet without its cells, which a device does not need; or `undefined`. */
export async function cabinetWithoutCells(db: Tables, id: string): Promise<CabinetTable | undefined> {
  return await db.selectFrom("cabinets").selectAll().where("id", "=", id).executeTakeFirst();
}

/** Cabinets, each with its organization's contact. */
function withContact(db: Tables) {
  return db.selectFrom("cabinets").selectAll().select(({ selectFrom }) =>
    selectFrom("organizations").select("contact").whereRef("organizations.id", "=", "cabinets.organization")
      .as("organization_contact")
  );
}

async function withCells(
  db: Tables,
  cabinets: readonly Omit<CabinetRow, "cells">[],
): Promise<CabinetRow[]> {
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
  await lockCabinet(trx, id);
  const held = (await lockCells(trx, id)).filter(({ rental }) => rental !== null).map(({ cell }) => cell);
  if (held.length > 0) return { type: "held", cells: held };
  const removed = await trx.deleteFrom("cabinets").where("id", "=", id).returning(["id", "organization"])
    .executeTakeFirst();
  if (!removed) return undefined;
  const of = { organization: removed.organization, cabinet: id };
  await setTags(trx, of, []);
  await deleteWords(trx, of);
  await endAlarmsOf(trx, id, { now });
  return { type: "removed" };
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
export const noteSeen: Job<SeenChange & { readonly cabinets: readonly CabinetOwner[] }, void> = {
  name: "note-seen",
  isLazy: true,
  async work(trx, { cabinets, ...how }) {
    const { at, online } = how;
    await touchCabinets(trx, cabinets.map(({ cabinet }) => cabinet), how);
    await runWith(trx, ONLINE, cabinets.map(({ cabinet, epoch }) => [cabinet, epoch, Number(online), at]));
  },
};

/** An owner with an older epoch has no say any more. */
const ONLINE: RowStatement = {
  name: "owners say online",
  columns: ["text", "bigint", "integer", "bigint"],
  build: (db, values) =>
    sql`update cabinets set online = said.column3, online_at = said.column4, online_epoch = said.column2
      from (${values}) as said where cabinets.id = said.column1 and cabinets.online_epoch <= said.column2`
      .compile(db),
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

import { sql } from "kysely";
import type { UnknownDevice } from "../../../cabinet/devices.ts";
import { UNKNOWN_DEVICES } from "../../../lib/limits.ts";
import type { Job } from "../../database.ts";
import { isPostgres } from "../../dialects.ts";
import { type OrganizationView, TABLES } from "../../organization_view.ts";
import type { Tables, UnknownDeviceTable } from "../../schema.ts";

/** Advisory lock of who writes the list; no other code uses this number. */
const LIST_LOCK = 1_618;

/** How often an unknown device came, and when. */
export interface UnknownDeviceVisits extends UnknownDevice {
  readonly network: string;
  readonly count: number;
  /** Milliseconds since 1970. */
  readonly firstAt: number;
  readonly lastAt: number;
}

/** Adds the visits to the list, which never grows beyond {@linkcode UNKNOWN_DEVICES.keptMax}. */
export const noteUnknownDevices: Job<{ readonly visits: readonly UnknownDeviceVisits[] }, void> = {
  name: "note-unknown-devices",
  isLazy: true,
  async work(trx, { visits }) {
    if (visits.length === 0) return;
    await takeTurn(trx);
    const rows = visits.map(({ firstAt, lastAt, ...visit }) => ({
      id: crypto.randomUUID(),
      ...visit,
      first_at: firstAt,
      last_at: lastAt,
    }));
    await trx.insertInto("unknown_devices").values(rows).onConflict((on) =>
      on.column("said").doUpdateSet(({ ref }) => ({
        why: ref("excluded.why"),
        transport: ref("excluded.transport"),
        address: ref("excluded.address"),
        network: ref("excluded.network"),
        last_at: ref("excluded.last_at"),
        count: sql<number>`unknown_devices.count + excluded.count`,
      }))
    ).execute();
    const kept = await trx.selectFrom("unknown_devices").select(["id", "network", "last_at"]).execute();
    await remove(trx, surplusOf(kept, UNKNOWN_DEVICES.keptMax));
  },
};

/** Takes these from the list. */
export const forgetUnknownDevices: Job<{ readonly ids: readonly string[] }, void> = {
  name: "forget-unknown-devices",
  async work(trx, { ids }) {
    await takeTurn(trx);
    await remove(trx, ids);
  },
};

/** The list, the device that came last first. It belongs to no organization: who may see which is the caller's to say. */
export async function unknownDevices(
  { [TABLES]: tables }: Pick<OrganizationView, typeof TABLES>,
  { said }: { said?: readonly string[] | undefined } = {},
): Promise<UnknownDeviceTable[]> {
  const list = tables.selectFrom("unknown_devices").selectAll();
  return await (said ? list.where("said", "in", said) : list)
    .orderBy("last_at", "desc").orderBy("id").limit(UNKNOWN_DEVICES.keptMax).execute();
}

/** What each device in the list said. */
export async function unknownDevicesSaid(db: Tables): Promise<Pick<UnknownDeviceTable, "id" | "said">[]> {
  return await db.selectFrom("unknown_devices").select(["id", "said"]).execute();
}

/**
 * Those that are more than `max`: of the network that has the most, the one that came longest ago. So a network that
 * makes devices up displaces its own.
 */
export function surplusOf(
  rows: readonly Pick<UnknownDeviceTable, "id" | "network" | "last_at">[],
  max: number,
): string[] {
  const networks = [
    ...Map.groupBy(rows.toSorted((a, b) => a.last_at - b.last_at), ({ network }) => network)
      .values(),
  ];
  const surplus: string[] = [];
  for (let left = rows.length; left > max; left--) {
    const largest = networks.reduce((most, one) => isLarger(one, most) ? one : most);
    surplus.push((largest.shift() as typeof largest[number]).id);
  }
  return surplus;
}

/** Of two networks with as many devices the one counts as larger whose first device came longer ago. */
function isLarger(one: readonly { last_at: number }[], most: readonly { last_at: number }[]): boolean {
  if (one.length !== most.length) return one.length > most.length;
  return (one[0]?.last_at ?? 0) < (most[0]?.last_at ?? 0);
}

/** On Postgres programs write the list one after the other: each of two could wait for a row of the other's. */
async function takeTurn(trx: Tables): Promise<void> {
  if (isPostgres(trx)) await sql`select pg_advisory_xact_lock(${LIST_LOCK})`.execute(trx);
}

async function remove(trx: Tables, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await trx.deleteFrom("unknown_devices").where("id", "in", ids).execute();
}

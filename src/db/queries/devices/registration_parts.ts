import { sql } from "kysely";
import { isLongText, keysIn } from "../../../cabinet/registration/registration_part.ts";
import { DEVICE } from "../../../lib/limits.ts";
import type { CabinetTable, Tables } from "../../schema.ts";
import { padToPowerOfTwo } from "../../statements/compiled.ts";

/** A cabinet whose registration is a part of the first packet. */
export type CabinetWithPart = CabinetTable & { readonly part: string };

/**
 * The cabinets whose part these bytes may have: each has the key of one. More than {@linkcode DEVICE.partCabinetsMax}: that
 * many and one.
 */
export async function cabinetsWithPartsIn(db: Tables, bytes: Uint8Array): Promise<CabinetWithPart[]> {
  const keys = keysIn(bytes, isLongText(bytes) ? [] : await binaryPartLengths(db));
  if (keys.length === 0) return [];
  return await db.selectFrom("cabinets").selectAll().where("part_key", "in", padToPowerOfTwo(keys))
    // The version before may have given one a registration of the other kind.
    .where("registration", "is", null).where("part", "is not", null).$narrowType<{ part: string }>()
    .limit(DEVICE.partCabinetsMax + 1).execute();
}

/** The cabinet that has this part (hex). */
export async function cabinetWithPart(db: Tables, part: string): Promise<CabinetTable | undefined> {
  return await db.selectFrom("cabinets").selectAll().where("part", "=", part).executeTakeFirst();
}

/** How long the parts are that are not text: goes from each length to the next, whatever the number of cabinets. */
async function binaryPartLengths(db: Tables): Promise<number[]> {
  const { rows } = await sql<{ bytes: number }>`
    with recursive lengths (bytes) as (
      select min(part_bytes) from cabinets where part_bytes is not null
      union all
      select (select min(part_bytes) from cabinets where part_bytes is not null and part_bytes > lengths.bytes)
      from lengths where lengths.bytes is not null
    ) select bytes from lengths where bytes is not null`.execute(db);
  return rows.map(({ bytes }) => bytes);
}

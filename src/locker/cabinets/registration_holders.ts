import { familyNamed } from "../../boards/mod.ts";
import { placesOfPart } from "../../cabinet/registration/registration_part.ts";
import { cabinetsRegisteredAs } from "../../db/queries/cabinets.ts";
import {
  cabinetsWithPartsIn,
  type CabinetWithPart,
  cabinetWithPart,
} from "../../db/queries/devices/registration_parts.ts";
import type { CabinetTable, Tables } from "../../db/mod.ts";
import { descriptionOf } from "./rows.ts";

/** Another cabinet whose device may be taken for the one that is described. */
export interface Holder {
  readonly id: string;
  readonly organization: string;
  readonly tags: readonly string[];
  /** Whether it has the same registration; otherwise it has a part of it, such as its beginning. */
  readonly isSame: boolean;
}

/**
 * The other cabinets that have the registration, or a part of it: a beginning behind which the rest could come from their own
 * device, or what stands anywhere in it. Of what such a device sends the longest registration is taken.
 */
export async function holdersOf(
  trx: Tables,
  { id, registration, part }: Pick<CabinetTable, "id" | "registration" | "part">,
): Promise<Holder[]> {
  const hex = registration ?? part;
  if (hex === null) return [];
  const bytes = Uint8Array.fromHex(hex);
  const beginnings = Array.from(bytes, (_, index) => bytes.subarray(0, index + 1).toHex());
  const rows = await cabinetsRegisteredAs(trx, registration === null ? [hex] : beginnings);
  const same = await cabinetWithPart(trx, hex);
  const parts = (await cabinetsWithPartsIn(trx, bytes)).filter((row) => hasPart(bytes, row));
  return [...rows, ...same ? [same] : [], ...parts].filter((row) => row.id !== id).flatMap((row) => {
    const known = row.registration ?? row.part;
    const isSame = known === hex;
    if (!isSame && row.registration !== null && !couldFollow(hex.slice(row.registration.length), row)) {
      return [];
    }
    return [{ id: row.id, organization: row.organization, tags: descriptionOf(row).tags, isSame }];
  });
}

function hasPart(bytes: Uint8Array, { part }: CabinetWithPart): boolean {
  return placesOfPart({ bytes: Uint8Array.fromHex(part), at: null }, bytes, []).length > 0;
}

/**
 * Whether the cabinet's device could send these bytes (hex) behind its registration. Text may: as a heartbeat, as the
 * registration once more, or as a board's frame.
 */
function couldFollow(rest: string, { board, heartbeat, registration, locks }: CabinetTable): boolean {
  const [first = 0] = Uint8Array.fromHex(rest);
  if (first < 0x20 || first > 0x7e) return true;
  const own = [heartbeat, registration].filter((hex) => hex !== null);
  if (own.some((hex) => rest.startsWith(hex) || hex.startsWith(rest))) return true;
  const boards = (JSON.parse(locks) as [number, number, number][]).map(([, board]) => board);
  return familyNamed(board)?.isHead(first, boards) ?? false;
}

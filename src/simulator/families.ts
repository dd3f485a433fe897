import type { SimulatedFamily } from "./dialects/dialect.ts";
import { FAMILY_8A } from "./dialects/board_8a.ts";
import { FAMILY_DC } from "./dialects/dc.ts";
import { FAMILY_KERONG_CU16 } from "./dialects/kerong_cu16.ts";
import { FAMILY_KERONG_CU48 } from "./dialects/kerong_cu48.ts";
import { FAMILY_LCUS } from "./dialects/lcus.ts";
import { FAMILY_MODBUS } from "./dialects/modbus.ts";
import { FAMILY_WKLY } from "./dialects/wkly.ts";
import type { BoardName, OpenReply, VirtualBusOptions } from "./options_bus.ts";

/** All families that can be simulated, by name. */
export const FAMILIES: Readonly<Record<BoardName, SimulatedFamily>> = {
  "8a": FAMILY_8A,
  "kerong-cu16": FAMILY_KERONG_CU16,
  "kerong-cu48": FAMILY_KERONG_CU48,
  "wkly": FAMILY_WKLY,
  "dc": FAMILY_DC,
  "modbus": FAMILY_MODBUS,
  "lcus": FAMILY_LCUS,
};

/** Options that only some families have. */
const SPECIAL: ReadonlySet<keyof VirtualBusOptions> = new Set(
  Object.values(FAMILIES).flatMap((family) => family.options),
);

/**
 * The family of a bus.
 *
 * @throws {RangeError} when there is no such family, or it does not have one of the options
 */
export function familyOf(options: VirtualBusOptions): SimulatedFamily {
  const { board = "8a" } = options;
  if (!Object.hasOwn(FAMILIES, board)) throw new RangeError(`Cannot simulate boards called ${board}`);
  const family = FAMILIES[board];
  for (const name of SPECIAL) {
    if (options[name] !== undefined && !family.options.includes(name)) {
      throw new RangeError(`Cannot simulate ${board} boards with ${name}: they have no such thing`);
    }
  }
  return family;
}

/**
 * How the boards answer an open.
 *
 * @throws {RangeError} when boards of the family do not answer like that
 */
export function openReplyOf({ openReplies }: SimulatedFamily, options: VirtualBusOptions): OpenReply {
  const { openReply = openReplies[0] } = options;
  if (openReplies.includes(openReply)) return openReply;
  throw new RangeError(`Cannot answer an opening by "${openReply}": these boards do by ${openReplies}`);
}

/**
 * How many locks each board has, by the board's address.
 *
 * @throws {RangeError} when there are more boards or locks than a bus of the family can have
 */
export function locksByBoard(family: SimulatedFamily, options: VirtualBusOptions): Map<number, number> {
  const { boards = 1, locks = family.locks } = options;
  if (!isWithin(boards, family.boardsMax)) throw new RangeError(`Cannot put ${boards} boards on a bus`);
  const counts = new Map<number, number>();
  for (let index = 0; index < boards; index++) {
    const board = family.boardFirst + index;
    const count = typeof locks === "number" ? locks : locks[index] ?? 0;
    if (!isWithin(count, family.locksMax)) {
      throw new RangeError(`Cannot put ${count} locks on board ${board}`);
    }
    counts.set(board, count);
  }
  return counts;
}

function isWithin(count: number, max: number): boolean {
  return Number.isInteger(count) && count >= 1 && count <= max;
}

/**
 * Families of lock boards, by the name in a cabinet's `board` field.
 *
 * @module
 */
import { board8a } from "./board_8a.ts";
import { dc } from "./dc.ts";
import type { BoardFamily } from "./family.ts";
import { kerongCu16 } from "./kerong_cu16.ts";
import { kerongCu48 } from "./kerong_cu48.ts";
import { lcus } from "./lcus.ts";
import { modbus } from "./modbus.ts";
import { wkly } from "./wkly.ts";

export type {
  BoardFamily,
  DecodeContext,
  DecodedFrame,
  Frame,
  FrameSearch,
  FrameWithoutLock,
  LockAddress,
  PendingRequest,
  SensedDoor,
  SensorWiring,
} from "./family.ts";

export { isSameLock } from "./family.ts";

/** The board of a cabinet whose bytes only the operator understands: the raw line works, taps are refused. */
const RAW = "raw";

/** The board of a cabinet whose controller drives the locks itself and speaks Kaigui's own protocol. */
export const KAIGUI = "kaigui";

const FAMILIES: ReadonlyMap<string, BoardFamily> = new Map(
  [board8a, kerongCu16, kerongCu48, wkly, dc, modbus, lcus].map((family) => [family.name, family]),
);

/** The names that a cabinet's `board` field may have in this version. */
export const BOARD_NAMES: readonly string[] = [...FAMILIES.keys(), KAIGUI, RAW];

/** How boards and their channels are counted, and how the switches are wired by default. */
export type Numbering = Pick<BoardFamily, "boards" | "channels" | "channelsPerBoard" | "wiring">;

/** The locks of a controller, counted from 1. */
const CONTROLLER_NUMBERING: Numbering = {
  boards: [1, 1],
  channels: [1, 256],
  channelsPerBoard: 256,
  wiring: "short-when-locked",
};

export function families(): readonly BoardFamily[] {
  return [...FAMILIES.values()];
}

/** The family of that name; `undefined` where no serial bus is spoken, as with `raw` and `kaigui`. */
export function familyNamed(name: string): BoardFamily | undefined {
  return FAMILIES.get(name);
}

/** How the locks of that kind of cabinet are counted; `undefined`: not known, as with `raw`. */
export function numberingOf(name: string): Numbering | undefined {
  return name === KAIGUI ? CONTROLLER_NUMBERING : familyNamed(name);
}

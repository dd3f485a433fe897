/**
 * Boards as they are sold, beside the usual ones: larger, smaller, or different from their documents.
 *
 * @module
 */
import type { BoardName, VirtualBusOptions } from "../../src/simulator/mod.ts";

/** One kind of boards. */
export interface Variant extends VirtualBusOptions {
  readonly board: BoardName;
  readonly locks: number;
}

/** By what is unusual. The doors of all of them can be read. */
export const VARIANTS: Readonly<Record<string, Variant>> = {
  "8a with 8 locks that says 24": { board: "8a", locks: 8, stateBytes: 3 },
  "8a with 8 locks that says 24, wired the other way": {
    board: "8a",
    locks: 8,
    stateBytes: 3,
    wiring: "short-when-open",
  },
  "8a with 18 locks": { board: "8a", locks: 18 },
  "8a with 36 locks": { board: "8a", locks: 36 },
  "8a with 50 locks": { board: "8a", locks: 50 },
  "8a with 50 locks that reports changes": { board: "8a", locks: 50, changeReports: true },
  "kerong-cu16 with 12 locks": { board: "kerong-cu16", locks: 12 },
  "kerong-cu48 with 48 locks": { board: "kerong-cu48", locks: 48 },
  "kerong-cu48 with a length": { board: "kerong-cu48", locks: 48, lengthByte: true },
  "kerong-cu48 without sensors": { board: "kerong-cu48", locks: 48, withoutSensors: true },
  "wkly with another head": { board: "wkly", locks: 24, otherHead: true, changeReports: true },
  "wkly with 127 locks": { board: "wkly", locks: 127 },
  "dc that says the state alone": { board: "dc", locks: 16, omitsLockNumber: true },
  "dc with 8 locks that says the state alone": {
    board: "dc",
    locks: 8,
    omitsLockNumber: true,
    stateBytes: 1,
  },
  "modbus with 32 channels": { board: "modbus", locks: 32 },
};

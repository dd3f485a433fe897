import type { CabinetRow } from "../../db/queries/cabinets.ts";
import type { cabinetsPage } from "../../db/queries/lists/cabinets.ts";
import type { DoorState, LineMoment } from "../../cabinet/doors.ts";
import type { Cabinet } from "./cabinet.ts";
import { cabinetOf } from "./rows.ts";

/** Where a cabinet is now. */
export interface CabinetStatus {
  readonly online: boolean;
  /** Not, where an isolate or a machine that may have the cabinet did not answer: then it counts as offline. */
  readonly isSure: boolean;
  /** Milliseconds since 1970; `undefined` while offline. */
  readonly connectedAt: number | undefined;
  /** Milliseconds since 1970; `undefined`: never. */
  readonly lastSeenAt: number | undefined;
  /** The doors that are known, by cell. */
  readonly doors: ReadonlyMap<number, DoorState>;
  /** Until when what its owner told is in it; `undefined` while offline. */
  readonly asOf?: LineMoment | undefined;
}

/** A cabinet in a list. */
export interface ListedCabinet {
  /** Without its cells, unless they were asked for. */
  readonly cabinet: Cabinet;
  readonly hasCells: boolean;
  /** Its doors are not known. */
  readonly status: CabinetStatus;
}

/** A page of the list of cabinets. */
export type CabinetsPage = Omit<Awaited<ReturnType<typeof cabinetsPage>>, "items"> & {
  readonly items: ListedCabinet[];
};

/** The cabinet of a row, with what the row says of its connection. */
export function listedOf(row: CabinetRow): ListedCabinet {
  const online = row.online === 1;
  const status = {
    online,
    isSure: false,
    connectedAt: online ? row.online_at : undefined,
    lastSeenAt: row.last_seen_at ?? undefined,
    doors: new Map(),
  };
  return { cabinet: cabinetOf(row), hasCells: row.locks !== "[]", status };
}

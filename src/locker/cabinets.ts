/**
 * The cabinets: their descriptions in the database, and where they are now as far as the router knows.
 *
 * @module
 */
import {
  cabinetById,
  cabinetsAfter,
  cabinetWithRegistration,
  deleteCabinet,
  putCabinet,
  type WantedCabinet,
} from "../db/cabinets.ts";
import { awaitDevice } from "../db/absences.ts";
import { nextEpochs } from "../db/epochs.ts";
import type { Database } from "../db/mod.ts";
import { revokePermitsOf } from "../db/permits.ts";
import type { CabinetRouter, LineMoment } from "../router/mod.ts";
import { askStatus, hangUp } from "./asking.ts";
import { type Cabinet, CABINET_ID, cabinetOf, type Description, rowOf, viewOf } from "./cabinet.ts";
import { HeldError, RegistrationTakenError, SecretMissingError } from "./errors.ts";
import type { CabinetView, Door } from "./types.ts";

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
  readonly doors: ReadonlyMap<number, Door>;
  /** Until when what its owner told is in it; `undefined` while offline. */
  readonly asOf?: LineMoment | undefined;
}

/** See the module. */
export class Cabinets {
  readonly #db: Database;
  readonly #router: CabinetRouter;
  readonly #wallClock: () => number;

  constructor(db: Database, options: { router: CabinetRouter; wallClock: () => number }) {
    this.#db = db;
    this.#router = options.router;
    this.#wallClock = options.wallClock;
  }

  /** The cabinet, or `undefined`. */
  async find(id: string): Promise<Cabinet | undefined> {
    // A request may ask for anything, and Postgres takes no NUL.
    if (!CABINET_ID.test(id)) return undefined;
    const row = await cabinetById(this.#db.tables, id);
    return row && cabinetOf(row);
  }

  /** Up to `limit` cabinets in the order of their ids, behind the id `after`. */
  async list(page: { after: string | undefined; limit: number }): Promise<Cabinet[]> {
    return (await cabinetsAfter(this.#db.tables, page)).map(cabinetOf);
  }

  /**
   * Creates the cabinet or replaces it. A device that goes by what changed has to register anew: it is hung up on, and
   * where whoever has its connection does not answer, the journal takes no sending from it any more.
   *
   * @throws {RegistrationTakenError} if another cabinet has the registration
   * @throws {SecretMissingError} if its smart controller would have nothing to prove itself by
   * @throws {HeldError} if cells that somebody has would be gone, or be anybody's
   */
  async put(cabinet: Description): Promise<"created" | "replaced"> {
    const row = rowOf(cabinet, this.#wallClock());
    const holder = row.registration && await cabinetWithRegistration(this.#db.tables, row.registration);
    if (holder && holder !== cabinet.id) {
      throw new RegistrationTakenError(
        `Cannot save cabinet ${cabinet.id}: ${holder} has the same registration`,
      );
    }
    const before = await cabinetById(this.#db.tables, cabinet.id);
    const secret = row.secret === undefined ? before?.secret ?? undefined : row.secret;
    if (secret === undefined) {
      throw new SecretMissingError(
        `Cannot save cabinet ${cabinet.id}: it has no secret yet, so it needs one`,
      );
    }
    const isRewired = before !== undefined && concernsDevice(before) !== concernsDevice({ ...row, secret });
    const isOtherDevice = before !== undefined &&
      (before.registration !== row.registration || before.secret !== secret);
    const done = await this.#db.writer.transaction(async (trx) => {
      const done = await putCabinet(trx, row);
      if (done.type === "held") return done;
      if (isRewired) await nextEpochs(trx, [cabinet.id]);
      if (isOtherDevice) await awaitDevice(trx, cabinet.id, row.updated_at);
      return done;
    });
    if (done.type === "held") throw held(`Cannot change cabinet ${cabinet.id}`, done.cells);
    this.#router.publish(cabinet.id, { type: "changed" });
    if (isRewired) await hangUp(this.#router, cabinet.id);
    return done.type;
  }

  /**
   * Removes the cabinet and its permits; its history stays. `false` if there was none. A device that cannot be hung
   * up on stays connected, and nothing of it can be opened; it is not taken the next time it registers.
   *
   * @throws {HeldError} if somebody has a cell of it
   */
  async remove(id: string): Promise<boolean> {
    const removed = await this.#db.writer.transaction(async (trx) => {
      const done = await deleteCabinet(trx, id, this.#wallClock());
      if (done?.type === "removed") {
        await revokePermitsOf(trx, id, this.#wallClock());
        await nextEpochs(trx, [id]);
      }
      return done;
    });
    if (removed?.type === "held") throw held(`Cannot remove cabinet ${id}`, removed.cells);
    if (!removed) return false;
    this.#router.publish(id, { type: "changed" });
    await hangUp(this.#router, id);
    return true;
  }

  /**
   * Asks the cabinet's connection how things are.
   *
   * @param options.wake somebody may open soon: the line is asked for a sign of life @default {false}
   */
  async status(cabinet: Cabinet, options: { wake?: boolean } = {}): Promise<CabinetStatus> {
    const status = await askStatus(this.#router, cabinet.id, options);
    if (status.type === "status") return { ...status, online: true, isSure: true };
    return {
      online: false,
      isSure: status.type === "offline",
      connectedAt: undefined,
      lastSeenAt: cabinet.lastSeenAt,
      doors: new Map(),
    };
  }

  /** The cabinet as somebody sees it now who may open it soon. */
  async view(cabinet: Cabinet): Promise<CabinetView> {
    return viewOf(cabinet, await this.status(cabinet, { wake: true }));
  }
}

function held(what: string, cells: readonly number[]): HeldError {
  const list = cells.length > 10 ? `${cells.slice(0, 10).join(", ")} and others` : cells.join(", ");
  return new HeldError(`${what}: somebody has cell ${list}`);
}

/** What of the description a connected device goes by. */
function concernsDevice(row: Omit<WantedCabinet, "cells">): string {
  const { board, registration, secret, addresses, wiring, local_echo, locks } = row;
  const heartbeat = [row.heartbeat, row.heartbeat_echo, row.heartbeat_ms];
  return JSON.stringify([board, registration, secret, addresses, wiring, local_echo, locks, heartbeat]);
}

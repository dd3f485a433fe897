import { KAIGUI } from "../../boards/mod.ts";
import {
  cabinetById,
  cabinetsAfter,
  cabinetWithRegistration,
  deleteCabinet,
  putCabinet,
} from "../../db/queries/cabinets.ts";
import { awaitDevice } from "../../db/queries/offline.ts";
import { nextEpochs } from "../../db/journal/epochs.ts";
import type { CabinetTable, Database, Tables } from "../../db/mod.ts";
import { revokePermitsOf } from "../../db/queries/permits.ts";
import type { CabinetRouter } from "../../cabinet/requests.ts";
import { UnreadableSecretError } from "../../lib/secret_box.ts";
import type { ControllerSecrets } from "./controller_secrets.ts";
import { askStatus, hangUp } from "./door_requests.ts";
import { type CabinetDescription, DEVICE_FIELDS } from "../../cabinet/description.ts";
import { CABINET_ID } from "../../cabinet/words.ts";
import { type Cabinet, type Description, viewOf } from "./cabinet.ts";
import { cabinetOf, rowOf } from "./rows.ts";
import { HeldError, RegistrationTakenError, SecretMissingError } from "../errors.ts";
import type { CabinetView } from "../../cabinet/types.ts";
import type { DoorState, LineMoment } from "../../cabinet/doors.ts";

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

/** The cabinets: their descriptions in the database, and where they are now as far as the router knows. */
export class CabinetCatalog {
  readonly #db: Database;
  readonly #router: CabinetRouter;
  readonly #secrets: ControllerSecrets;
  readonly #wallClock: () => number;

  constructor(
    db: Database,
    options: { router: CabinetRouter; secrets: ControllerSecrets; wallClock: () => number },
  ) {
    this.#db = db;
    this.#router = options.router;
    this.#secrets = options.secrets;
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
   * Creates the cabinet or replaces it. A device that goes by what changed has to register anew: its connection is
   * closed, and where the connection's isolate does not answer, the journal refuses what that would send.
   *
   * @throws {RegistrationTakenError} if another cabinet has the registration
   * @throws {SecretMissingError} if its smart controller would have nothing to prove itself by
   * @throws {HeldError} if cells that people have would be removed, or be open to all
   */
  async put(cabinet: Description): Promise<"created" | "replaced"> {
    const row = rowOf(cabinet, this.#wallClock());
    const before = await cabinetById(this.#db.tables, cabinet.id);
    const { sealed_secret, isNew } = await this.#secretFor(cabinet, before);
    const isRewired = before !== undefined &&
      (isNew || concernsDevice(cabinetOf(before)) !== concernsDevice(cabinet));
    const isOtherDevice = before !== undefined && (isNew || before.registration !== row.registration);
    const done = await this.#db.writer.transaction(async (trx) => {
      const holder = await holderOf(trx, row);
      if (holder !== undefined) return { type: "taken" as const, holder };
      const done = await putCabinet(trx, { ...row, sealed_secret });
      if (done.type === "held") return done;
      if (isRewired) await nextEpochs(trx, [cabinet.id]);
      if (isOtherDevice) await awaitDevice(trx, cabinet.id, row.updated_at);
      return done;
    });
    if (done.type === "taken") {
      throw new RegistrationTakenError(
        `Cannot save cabinet ${cabinet.id}: ${done.holder} has the same registration`,
      );
    }
    if (done.type === "held") throw held(`Cannot change cabinet ${cabinet.id}`, done.cells);
    this.#router.publish(cabinet.id, { type: "changed" });
    if (isRewired) await hangUp(this.#router, cabinet.id);
    return done.type;
  }

  /**
   * What becomes of the controller's secret, and whether it has to prove another one from now on.
   *
   * @throws {SecretMissingError} if there would be none
   */
  async #secretFor(
    { id, board, secret }: Description,
    before: CabinetTable | undefined,
  ): Promise<{ sealed_secret: string | null | undefined; isNew: boolean }> {
    if (board !== KAIGUI) return { sealed_secret: null, isNew: false };
    const known = before && await this.#secrets.of(before).catch(unreadable);
    if (secret !== undefined) {
      return { sealed_secret: await this.#secrets.seal(secret, id), isNew: secret !== known };
    }
    if (typeof known === "string") return { sealed_secret: undefined, isNew: false };
    const why = known ? "its secret was sealed with another SESSION_SECRET" : "it has no secret yet";
    throw new SecretMissingError(`Cannot save cabinet ${id}: ${why}, so it needs one`);
  }

  /**
   * Removes the cabinet and its permits; its history stays. `false` if there was none. A device that cannot be hung
   * up on stays connected, and nothing of it can be opened; it is not taken the next time it registers.
   *
   * @throws {HeldError} if a person has one of its cells
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
   * @param options.wake a person may open soon: the line is asked for a sign of life @default {false}
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

  /** The cabinet as a person sees it who may open it soon. */
  async view(cabinet: Cabinet): Promise<CabinetView> {
    return viewOf(cabinet, await this.status(cabinet, { wake: true }));
  }
}

/** @throws {unknown} what is something else */
function unreadable(error: unknown): UnreadableSecretError {
  if (error instanceof UnreadableSecretError) return error;
  throw error;
}

function held(what: string, cells: readonly number[]): HeldError {
  const list = cells.length > 10 ? `${cells.slice(0, 10).join(", ")} and others` : cells.join(", ");
  return new HeldError(`${what}: a person has cell ${list}; end these rentals first`);
}

/** The other cabinet that has the registration, or `undefined`. */
async function holderOf(
  trx: Tables,
  { id, registration }: Pick<CabinetTable, "id" | "registration">,
): Promise<string | undefined> {
  const holder = registration === null ? undefined : await cabinetWithRegistration(trx, registration);
  return holder === id ? undefined : holder;
}

/** What of the description a connected device goes by, beside its secret. */
function concernsDevice(cabinet: CabinetDescription & Pick<Description, "cells">): string {
  const locks = cabinet.cells.map(({ cell, board, channel }) => [cell, board, channel]);
  return JSON.stringify([...DEVICE_FIELDS.map((name) => cabinet[name]), locks]);
}

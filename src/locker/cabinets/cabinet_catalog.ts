import { KAIGUI } from "../../boards/mod.ts";
import {
  cabinetById,
  cabinetsAfter,
  cabinetsById,
  cabinetWithin,
  deleteCabinet,
  lockCabinet,
  putCabinet,
} from "../../db/queries/cabinets.ts";
import { heldCells, heldCellsWithin } from "../../db/queries/cells.ts";
import { type CabinetFilter, type CabinetPage, cabinetsPage } from "../../db/queries/lists/cabinets.ts";
import { awaitDevice } from "../../db/queries/offline.ts";
import { nextEpochs } from "../../db/journal/epochs.ts";
import type { CabinetTable, Database, Tables } from "../../db/mod.ts";
import { confine, type Reach } from "../../db/organization_view.ts";
import { revokePermitsOf } from "../../db/queries/permits.ts";
import type { CabinetRouter } from "../../cabinet/requests.ts";
import { UnreadableSecretError } from "../../lib/secret_box.ts";
import { forgetDevicesOf } from "../devices/unknown_devices.ts";
import type { ControllerSecrets } from "./controller_secrets.ts";
import { askStatus, hangUp } from "./door_requests.ts";
import { CABINET_ID } from "../../cabinet/words.ts";
import { type Cabinet, concernsDevice, type Description, viewOf } from "./cabinet.ts";
import { type CabinetsPage, type CabinetStatus, listedOf } from "./cabinet_status.ts";
import { type Holder, holdersOf } from "./registration_holders.ts";
import { cabinetOf, rowOf } from "./rows.ts";
import { isWithinScope } from "./scope.ts";
import { HeldError, IdTakenError, RegistrationTakenError, SecretMissingError } from "../errors.ts";
import type { CabinetView } from "../../cabinet/types.ts";

/** A cabinet as it is before it is described anew. */
export interface CabinetBefore {
  /** `undefined`: there is none. */
  readonly before: Cabinet | undefined;
  /** The cells of it that people have. */
  readonly held: readonly number[];
  /**
   * Whether the new registration begins as that of another cabinet of the organization, whose device would then be taken for
   * this one's. @default {false}
   */
  readonly isBehindOther?: boolean;
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

  /** The cabinet, if it is within reach, or `undefined`. */
  async findWithin(reach: Reach, id: string): Promise<Cabinet | undefined> {
    if (!CABINET_ID.test(id)) return undefined;
    const row = await this.#db.view(reach, (view) => cabinetWithin(view, id));
    return row && cabinetOf(row);
  }

  /**
   * The cabinets of these ids; `taken`: there is one out of reach.
   *
   * @param ids some dozens at most: a cabinet may have a thousand cells
   */
  async findAll(reach: Reach, ids: readonly string[]): Promise<Map<string, Cabinet | "taken">> {
    const rows = await cabinetsById(this.#db.tables, ids);
    return new Map([...rows.values()].map((row) => {
      const cabinet = cabinetOf(row);
      const isWithin = row.organization === reach.organization && isWithinScope(reach.tags, cabinet.tags);
      return [row.id, isWithin ? cabinet : "taken"];
    }));
  }

  /** The cells of the cabinet that people have, whatever state the cells are in. */
  async heldCells(reach: Reach, cabinet: string): Promise<number[]> {
    const at = { cabinet, now: this.#wallClock() };
    return await this.#db.view(reach, (view) => heldCellsWithin(view, at));
  }

  /** A page of the cabinets within reach. What is said of their connections is as their owners wrote it, some seconds ago. */
  async page(reach: Reach, filter: CabinetFilter, page: CabinetPage): Promise<CabinetsPage> {
    const found = await this.#db.view(reach, (view) => cabinetsPage(view, filter, page));
    return { ...found, items: found.items.map(listedOf) };
  }

  /** Up to `limit` cabinets within reach, in the order of their ids, behind the id `after`. */
  async list(reach: Reach, page: { after: string | undefined; limit: number }): Promise<Cabinet[]> {
    return (await this.#db.view(reach, (view) => cabinetsAfter(view, page))).map(cabinetOf);
  }

  /**
   * Creates the cabinet or replaces it. A device that goes by what changed has to register anew: its connection is
   * closed, and where the connection's isolate does not answer, the journal refuses what that would send.
   *
   * @param options.confirm is asked inside the transaction, until whose end the cabinet stays as it is told; what it writes
   * is written with the description, or not at all; throws to refuse @default {undefined} it may be done
   * @param options.settle is told inside the transaction what it did; throws to have it undone @default {undefined} it stays
   * @param options.scope the tags of the cabinets that may be named to who asks @default {undefined} all of the organization
   * @param options.isTrial nothing is kept of it: it only throws where it could not be done @default {false}
   * @throws {IdTakenError} if another organization has a cabinet of this id
   * @throws {RegistrationTakenError} if another cabinet has the registration
   * @throws {SecretMissingError} if its smart controller would have nothing to prove itself by
   * @throws {HeldError} if cells that people have would be removed, or be open to all
   */
  async put(
    cabinet: Description,
    { confirm, settle, scope, isTrial = false }: {
      confirm?: (trx: Tables, before: CabinetBefore) => void | Promise<void>;
      settle?: (done: "created" | "replaced") => void;
      scope?: readonly string[] | undefined;
      isTrial?: boolean;
    } = {},
  ): Promise<"created" | "replaced"> {
    const row = rowOf(cabinet, this.#wallClock());
    const before = await cabinetById(this.#db.tables, cabinet.id);
    if (before && before.organization !== cabinet.organization) throw idTaken(cabinet);
    const { sealed_secret, isNew } = await this.#secretFor(cabinet, before);
    const isRewired = before !== undefined &&
      (isNew || concernsDevice(cabinetOf(before)) !== concernsDevice(cabinet));
    const isOtherDevice = before !== undefined && (isNew || deviceKeyOf(before) !== deviceKeyOf(row));
    const done = await this.#db.writer.transaction(async (trx) => {
      const holders = await holdersOf(trx, row);
      const isForeign = ({ organization }: Holder) => organization !== cabinet.organization;
      const holder = holders.find((one) => one.isSame || isForeign(one));
      if (holder) throw registrationTaken(cabinet, holder, scope);
      await confine(trx, cabinet.organization);
      const isBehindOther = holders.length > 0;
      await confirm?.(trx, { ...await this.#before(trx, cabinet.id), isBehindOther });
      const done = await putCabinet(trx, { ...row, sealed_secret });
      if (done.type === "foreign") throw idTaken(cabinet);
      if (done.type === "held") throw held(`Cannot change cabinet ${cabinet.id}`, done.cells);
      settle?.(done.type);
      if (isTrial) throw new TrialOver(done.type);
      if (isRewired) await nextEpochs(trx, [cabinet.id]);
      if (isOtherDevice) await awaitDevice(trx, cabinet.id, row.updated_at);
      return done.type;
    }).catch((error) => {
      if (error instanceof TrialOver) return error;
      throw error;
    });
    if (done instanceof TrialOver) return done.would;
    this.#router.publish(cabinet.id, { type: "changed" });
    if (isRewired) await hangUp(this.#router, cabinet.id);
    // The cabinet is described; what stays in the list of unknown devices grows old there.
    if (!before || isOtherDevice) await forgetDevicesOf(this.#db, cabinet).catch(() => {});
    return done;
  }

  async #before(trx: Tables, id: string): Promise<Omit<CabinetBefore, "isBehindOther">> {
    await lockCabinet(trx, id);
    const row = await cabinetById(trx, id);
    const held = await heldCells(trx, { cabinet: id, now: this.#wallClock() });
    return { before: row && cabinetOf(row), held };
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
   * @param options.confirm is asked inside the transaction, until whose end the cabinet stays as it is told; what it writes
   * is written with the removal, or not at all; throws to refuse @default {undefined} it may be done
   * @throws {HeldError} if a person has one of its cells
   */
  async remove(
    { id, organization }: Pick<Cabinet, "id" | "organization">,
    { confirm }: { confirm?: (trx: Tables, before: Cabinet) => Promise<void> } = {},
  ): Promise<boolean> {
    const removed = await this.#db.writer.transaction(async (trx) => {
      await confine(trx, organization);
      const { before } = await this.#before(trx, id);
      // Another organization may have taken the id meanwhile.
      if (before?.organization !== organization) return undefined;
      await confirm?.(trx, before);
      const done = await deleteCabinet(trx, id, this.#wallClock());
      if (done?.type === "held") throw held(`Cannot remove cabinet ${id}`, done.cells);
      if (done) {
        await revokePermitsOf(trx, id, this.#wallClock());
        await nextEpochs(trx, [id]);
      }
      return done;
    });
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

/** Leaves a trial's transaction without a trace. */
class TrialOver extends Error {
  readonly would: "created" | "replaced";

  constructor(would: "created" | "replaced") {
    super("The trial is over");
    this.would = would;
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

function registrationTaken(
  { id, organization }: Description,
  holder: Holder,
  scope: readonly string[] | undefined,
): RegistrationTakenError {
  const isWithin = organization === holder.organization && isWithinScope(scope, holder.tags);
  const whose = isWithin ? holder.id : "another cabinet";
  const what = holder.isSame ? "the same registration" : "a part of it, such as its beginning";
  return new RegistrationTakenError(`Cannot save cabinet ${id}: ${whose} has ${what}`);
}

function idTaken({ id }: Description): IdTakenError {
  return new IdTakenError(`Cannot save cabinet ${id}: the id is taken`);
}

/** What says which device a cabinet's is. */
function deviceKeyOf({ registration, part, part_at }: RegistrationColumns): string {
  return JSON.stringify([registration, registration === null && [part, part_at]]);
}

type RegistrationColumns = Pick<CabinetTable, "registration" | "part" | "part_at">;

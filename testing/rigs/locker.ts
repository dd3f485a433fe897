/**
 * For tests: the domain over a real database, with a cabinet, its doors and the clock in the test's hand.
 *
 * @module
 */
import { type Database, type DatabaseLocation, openDatabase, type RunExclusive } from "../../src/db/mod.ts";
import { insertPerson, personById } from "../../src/db/queries/people.ts";
import {
  type CabinetEvent,
  type CabinetRequest,
  type Evidence,
  personTopic,
} from "../../src/cabinet/requests.ts";
import { described } from "./described.ts";
import { FaultyRouter } from "../network/faulty_router.ts";
import { AuditLog } from "../../src/locker/audit_log.ts";
import { OperatorActions } from "../../src/locker/rentals/operator_actions.ts";
import type { StorageTap } from "../../src/locker/commands/tap_admission.ts";
import type { Cabinet } from "../../src/locker/cabinets/cabinet.ts";
import { CabinetCatalog } from "../../src/locker/cabinets/cabinet_catalog.ts";
import { PickupCodes } from "../../src/locker/codes/pickup_codes.ts";
import { ControllerSecrets } from "../../src/locker/cabinets/controller_secrets.ts";
import { type CommandReport, Commands } from "../../src/locker/commands/commands.ts";
import type { CommandStep, Result } from "../../src/locker/commands/taps.ts";
import { doWhatIsDue } from "../../src/locker/rentals/due.ts";
import { Journal } from "../../src/locker/journal.ts";
import { People } from "../../src/locker/people/people.ts";
import { Permits } from "../../src/locker/cabinets/permits.ts";
import { Recovery } from "../../src/locker/commands/recovery.ts";
import { Rentals } from "../../src/locker/rentals/rentals.ts";
import { Returns } from "../../src/locker/rentals/returns.ts";
import { DEFAULT_RULES, type Rules } from "../../src/cabinet/rules.ts";
import { RentalRecovery } from "../../src/locker/rentals/rental_recovery.ts";
import type { DoorSighting, LineMoment } from "../../src/cabinet/doors.ts";

/** The people of the rig. */
export const ANNE = "00000000-0000-4000-8000-00000000000a";
export const BERT = "00000000-0000-4000-8000-00000000000b";

/** Known to every program of the tests. */
const SECRET = "the secret of the tests";

/** The cabinet is registered once. */
export const EPOCH = 1;

/** What a tap wants, without what the rig adds. */
export type Wish = StorageTap extends infer One
  ? One extends unknown ? Omit<One, "id" | "cabinet" | "by"> : never
  : never;

/** The domain with one cabinet, whose doors and clock the test moves. */
export class Rig implements AsyncDisposable {
  readonly db: Database;
  readonly router = new FaultyRouter();
  readonly journal: Journal;
  readonly recovery: Recovery;
  readonly commands: Commands;
  readonly rentals: Rentals;
  readonly cabinets: CabinetCatalog;
  readonly acts: OperatorActions;
  readonly permits: Permits;
  readonly people: People;
  readonly returns: Returns;
  readonly rentalRecovery: RentalRecovery;
  readonly codes = new PickupCodes(SECRET);
  readonly reports: CommandReport[] = [];
  /** Database errors that no tap heard of. */
  readonly failures: unknown[] = [];
  /** The opens that went out to locks. */
  readonly sent: (CabinetRequest & { type: "open" })[] = [];
  readonly doors = new Map<number, "open" | "closed">();
  /** How the cabinet answers an open; `undefined`: it is offline. */
  evidence: ((cell: number) => Evidence | Promise<Evidence>) | undefined = () => ({ state: "opened" });
  /** How long each of them might still have been sent when the cabinet was asked, in milliseconds. */
  readonly left: number[] = [];
  /** When the cabinet's owner saw what it answers; `undefined`: it does not say. */
  seen: (() => DoorSighting & { epoch: number; count: number }) | undefined;
  /** Milliseconds that are added to the time of day. */
  later = 0;
  /** Milliseconds that are added to the clock which only goes forward. */
  stoodStillMs = 0;
  #dead = false;
  #told = 0;
  /** The reading of a door that is held, once one began. */
  #reading = held();
  #claim: Disposable | undefined;

  private constructor(db: Database) {
    this.db = db;
    const { router } = this;
    const wallClock = () => Date.now() + this.later;
    const failed = (error: unknown) => void this.failures.push(error);
    this.journal = new Journal(db, { wallClock });
    this.recovery = new Recovery(db, { router, wallClock, alone: db.kind === "sqlite" });
    this.returns = new Returns(db, { router, wallClock, failed });
    this.rentals = new Rentals(db, { codes: this.codes, router, wallClock });
    const { tries } = this.codes;
    this.rentalRecovery = new RentalRecovery(db, { secret: SECRET, tries, router, wallClock });
    this.cabinets = new CabinetCatalog(db, { router, secrets: new ControllerSecrets(SECRET), wallClock });
    const auditLog = new AuditLog(db, { router, wallClock });
    this.acts = new OperatorActions(db, auditLog);
    this.permits = new Permits(db, { auditLog, wallClock });
    this.people = new People(db, { secret: SECRET, router, auditLog, wallClock });
    this.commands = new Commands({
      db,
      journal: this.journal,
      router,
      recovery: this.recovery,
      codes: this.codes,
      report: (report) => this.reports.push(report),
      returning: (rental) => this.returns.look(rental),
      now: () => performance.now() + this.stoodStillMs,
      wallClock,
    });
  }

  /**
   * A cabinet `cab` in storage mode with cells 1 to 3 of size S, M, L, in which guests may have several, and the
   * people, who are guests.
   *
   * @param options.exclusive where others use the SQLite file too; see {@linkcode openDatabase}
   */
  static async open(
    place: DatabaseLocation,
    options: { rules?: Partial<Rules>; mode?: Cabinet["mode"]; exclusive?: RunExclusive } = {},
  ): Promise<Rig> {
    const { rules = {}, mode = "storage", exclusive } = options;
    const rig = new Rig(await openDatabase(place, { failed: () => {}, exclusive }));
    for (const id of [ANNE, BERT]) {
      if (await personById(rig.db.tables, id)) continue;
      await insertPerson(rig.db.tables, { id, kind: "guest", name: id.slice(-1), created_at: 0 });
    }
    await rig.cabinets.put(described({
      mode,
      rules: { ...DEFAULT_RULES, rentalsPerGuest: null, ...rules },
      cells: ["S", "M", "L"].map((size, index) => ({ cell: index + 1, board: 1, channel: index + 1, size })),
    }));
    rig.holdReading().goOn();
    rig.#claim = rig.router.claim("cab", {
      handle: async (request, { leftMs, progress }) => {
        if (request.type === "status") {
          return { type: "status", asOf: rig.#asOf(), connectedAt: 0, lastSeenAt: 0, doors: rig.doors };
        }
        if (request.type === "look") return { type: "look", ...await rig.#look(request.cell) };
        if (request.type !== "open") return { type: "hang-up" };
        rig.left.push(leftMs);
        const evidence = await rig.#opens(request, () => progress({ type: "sent" }));
        return { type: "open", evidence, ...rig.seen && { seen: rig.seen() } };
      },
      displaced: () => {},
    }, EPOCH);
    return rig;
  }

  /** The cabinet has no connection any more. */
  gone(): void {
    this.#claim?.[Symbol.dispose]();
  }

  /** The next reading of a door shows where it is when it begins, and is answered when that is called. */
  holdReading(): { began: Promise<void>; goOn: () => void } {
    const reading = this.#reading = held();
    return { began: reading.began.promise, goOn: () => reading.goesOn.resolve() };
  }

  /** Resolves when all that follows from what doors did is done. */
  async untilRead(): Promise<void> {
    await this.returns.idle();
  }

  /** The cabinet as it is now. */
  async cabinet(): Promise<Cabinet> {
    return await this.cabinets.find("cab") as Cabinet;
  }

  /** What the cells are, by number. */
  async states(): Promise<string[]> {
    return (await this.cabinet()).cells.map(({ state }) => state);
  }

  /** One person's tap on the cabinet. */
  async tap(
    person: string,
    wish: Wish,
    { id = crypto.randomUUID(), onStep }: { id?: string; onStep?: (step: CommandStep) => void } = {},
  ): Promise<Result & { id: string }> {
    const tap = { id, cabinet: await this.cabinet(), by: `person:${person}`, ...wish } as StorageTap;
    return { ...await this.commands.run(tap, onStep), id };
  }

  /** A new pickup code for the person's rental. */
  async code(person: string, rental: string): Promise<string> {
    const share = { id: crypto.randomUUID(), cabinet: await this.cabinet(), rental, person };
    const shared = await this.rentals.share(share);
    if (shared.type !== "shared") throw new Error(`Cannot share: ${shared.type}`);
    return shared.code;
  }

  /** The door of that cell moves, and everybody hears of it. */
  moves(cell: number, door: "open" | "closed"): void {
    this.doors.set(cell, door);
    this.#told++;
    this.router.publish("cab", { type: "doors", asOf: this.#asOf(), cells: [{ cell, door }] });
  }

  /** What is published to the person from now on. */
  heard(person: string): CabinetEvent[] {
    const events: CabinetEvent[] = [];
    this.router.watch(personTopic(person), (event) => events.push(event));
    return events;
  }

  /** Does what is due by the rig's clock. */
  async due(): Promise<void> {
    await doWhatIsDue(this.db, Date.now() + this.later);
  }

  /** Ends without a word, as a process does that is killed. */
  async dies(): Promise<void> {
    this.#dead = true;
    this.evidence = () => new Promise(() => {});
    await this.returns[Symbol.asyncDispose]();
    await this.db.writer.idle();
    await this.db[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#dead) return;
    await this.commands.drain();
    await this.returns[Symbol.asyncDispose]();
    await this.db[Symbol.asyncDispose]();
  }

  #asOf(): LineMoment {
    return { epoch: EPOCH, count: this.#told };
  }

  async #look(cell: number): Promise<{ door?: "open" | "closed" }> {
    const door = this.doors.get(cell);
    this.#reading.began.resolve();
    await this.#reading.goesOn.promise;
    return door ? { door } : {};
  }

  async #opens(request: CabinetRequest & { type: "open" }, sent: () => void): Promise<Evidence> {
    if (!this.evidence) return { state: "refused", reason: "offline" };
    const may = await this.journal.sending(request, { cabinet: "cab", epoch: EPOCH });
    if (may !== "may") return { state: "refused", reason: "unavailable" };
    this.sent.push(request);
    sent();
    const evidence = await this.evidence(request.cell);
    if (evidence.state === "opened") this.moves(request.cell, "open");
    return evidence;
  }
}

function held() {
  return { began: Promise.withResolvers<void>(), goesOn: Promise.withResolvers<void>() };
}

import type { CommandTable, Database } from "../../db/mod.ts";
import { delay } from "../../lib/concurrency/delay.ts";
import { COMMAND, RENTAL } from "../../lib/limits.ts";
import type { CabinetRouter } from "../../cabinet/requests.ts";
import { type CellRequest, giveAnotherCell } from "../rentals/allocation.ts";
import type { CommandFollowUp } from "./command_follow_up.ts";
import { type AdmittedTap, type StorageTap, TapAdmission } from "./tap_admission.ts";
import { publish } from "../changes.ts";
import type { PickupCodes } from "../codes/pickup_codes.ts";
import { UnavailableError } from "../errors.ts";
import { type Journal, type JournalFailed, type Requested, retryWrite, written } from "../journal.ts";
import { type CommandOutcome, endCommand } from "../rentals/outcomes.ts";
import type { Notices } from "../notices/notices.ts";
import { DoorOpener } from "./door_opener.ts";
import type { InFlightCommand } from "./in_flight_command.ts";
import { refusalOf } from "./open_rights.ts";
import { type OpenTap, type RequestedTap, type Result, wishOf } from "./taps.ts";

/** How the execution ended; `known`: the journal has the command already, from another execution. */
export type ExecutionResult = Result | { readonly known: CommandTable };

/** What the execution of taps needs. */
export interface ExecutionContext {
  readonly db: Database;
  readonly journal: Journal;
  readonly router: CabinetRouter;
  readonly codes: PickupCodes;
  /** Writes what people are told of it. @default {undefined} nothing is */
  readonly notices?: Notices | undefined;
  /** Is told of a rental that may have been given back, so that its door's closing ends it. */
  readonly returning: (rental: string) => void;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
}

/** What a {@linkcode CommandExecutor} needs. */
export interface CommandExecutorOptions extends ExecutionContext {
  readonly followUp: CommandFollowUp;
  readonly failed: JournalFailed;
  /** Whether nothing new may begin. */
  readonly isStopping: () => boolean;
}

/** Executes a tap: from the journal to the lock and back. Each step is on disk before it is reported. */
export class CommandExecutor {
  readonly #options: CommandExecutorOptions;
  readonly #admission: TapAdmission;
  readonly #opener: DoorOpener;

  constructor(options: CommandExecutorOptions) {
    this.#options = options;
    this.#admission = new TapAdmission(options.codes);
    this.#opener = new DoorOpener(options);
  }

  /**
   * Executes the tap to its end.
   *
   * @throws {UnavailableError} if the database does not answer
   */
  async execute(command: InFlightCommand): Promise<ExecutionResult> {
    const { tap } = command;
    return tap.command === "open" ? await this.#open(command, tap) : await this.#useStorage(command, tap);
  }

  /**
   * Where the cabinet is in this isolate, the tap is on its way to the bus while it is being written down. That is
   * safe, since nothing leaves the bus before {@linkcode Journal.sending} has committed behind it; and where the bus
   * is free, both are one commit. Elsewhere the sending would come to the database before the tap; and a tap that may be
   * refused as it is written down waits for that.
   */
  async #open(command: InFlightCommand, tap: OpenTap): Promise<ExecutionResult> {
    const { cell } = tap;
    const refusal = await this.#refusal(command, tap);
    const journaled = this.#writeDown(tap, refusal);
    const route = () => this.#route(command, { cell, beginBy: deadlineOf(command) });
    const isEarly = !refusal && !tap.onlyUnheld && this.#opener.isHere(tap.cabinet.id);
    const early = isEarly ? route() : undefined;
    // Where the tap is known already, the outcome of this is not asked for.
    early?.catch(() => {});
    const { known, refused } = await journaled.catch(async (error): Promise<Requested> => {
      // A connection that broke may have lost the answer only. What left the bus was written down before.
      if (!early || (await early).state === "refused") throw error;
      return {};
    });
    if (known) return { known };
    if (refused) return { ...refused, cell };
    // Where both were one commit, the bytes may be on their way already.
    if (command.step.state === "requested") command.advance({ state: "requested", cell });
    const outcome = await (early ?? route());
    const { seen: _, ...told } = outcome;
    const isNews = await this.#written(tap, () => this.#options.journal.finish(tap.id, outcome));
    if (isNews && outcome.state === "failed") {
      this.#options.followUp.didNotOpen({ id: tap.id, cabinet: tap.cabinet.id, cell });
    }
    return isNews ? { ...told, cell } : await this.#asWritten(tap);
  }

  /** Rights and cells are settled in the transaction that writes the tap down, so the lock waits for it. */
  async #useStorage(command: InFlightCommand, tap: StorageTap): Promise<ExecutionResult> {
    const began = await this.#begun(command, tap);
    if (began.type === "known") return { known: began.row };
    publish(this.#options.router, began.changes);
    if (began.type === "refused") return { state: "refused", reason: began.reason, cell: 0 };
    let { cell } = began;
    let beginBy = deadlineOf(command);
    for (let tries = 1;; tries++) {
      command.advance({ state: "requested", cell });
      const outcome = await this.#route(command, { cell, beginBy });
      const { seen: _, ...told } = outcome;
      const wish = outcome.state === "failed" && this.#mayTryAnother(command, tries)
        ? wishOf(tap)
        : undefined;
      const ended = await this.#written(
        tap,
        () => retryWrite(() => this.#ended(tap, { cell, outcome, wish })),
      );
      if (!ended.isNews) return await this.#asWritten(tap);
      if (ended.next === undefined) return { ...told, cell };
      cell = ended.next;
      // The person was told that it is another door now.
      beginBy = this.#options.now() + COMMAND.deadlineMs;
    }
  }

  /** A guess that has to wait for its turn begins anew when that has come; nothing is held meanwhile. */
  async #begun(
    command: InFlightCommand,
    tap: StorageTap,
  ): Promise<Exclude<AdmittedTap, { type: "later" }>> {
    const { db, wallClock } = this.#options;
    for (let hasTurn = false;; hasTurn = true) {
      const began = await this.#written(tap, () =>
        db.writer.transaction((trx) => {
          const refused = this.#refusalNow(command);
          return this.#admission.admit(trx, tap, { now: wallClock(), refused, hasTurn });
        }));
      if (began.type !== "later") return began;
      await delay(began.waitMs);
    }
  }

  /** The command was ended elsewhere, as when the database was away for longer than a tap may take: that outcome counts. */
  async #asWritten(tap: RequestedTap): Promise<{ known: CommandTable }> {
    const known = await this.#written(tap, () => this.#options.journal.find(tap.id));
    if (!known) throw new UnavailableError(`Cannot say how ${tap.id} ended: it is not in the journal`);
    return { known };
  }

  /**
   * Writes how the tap ended, with all that follows from it; `next` is another cell to try. Not `isNews`: it had
   * been ended already.
   */
  async #ended(
    tap: StorageTap,
    { cell, outcome, wish }: { cell: number; outcome: CommandOutcome; wish: CellRequest | undefined },
  ): Promise<{ isNews: boolean; next: number | undefined }> {
    const { db, router, notices, returning, wallClock } = this.#options;
    const { ended, next } = await db.writer.transaction(async (trx) => {
      const now = wallClock();
      const ended = await endCommand(trx, { id: tap.id, cell }, { outcome, now, notices });
      const next = wish && ended && await giveAnotherCell(trx, wish, { failed: ended.row, now });
      return { ended, next };
    });
    publish(router, [...ended?.changes ?? [], ...next?.changes ?? []]);
    if (ended?.row.rental && tap.command !== "store") returning(ended.row.rental);
    return { isNews: ended !== undefined, next: next?.rental.cell };
  }

  #mayTryAnother({ madeAt }: InFlightCommand, tries: number): boolean {
    return !this.#options.isStopping() && tries < RENTAL.cellsTried &&
      this.#options.now() - madeAt < RENTAL.anotherWithinMs;
  }

  async #writeDown(tap: OpenTap, refused: CommandOutcome | undefined): Promise<Requested> {
    const { journal } = this.#options;
    const { id, cabinet, cell, command, by, note = null } = tap;
    const row = { id, organization: cabinet.organization, cabinet: cabinet.id, cell, command, by, note };
    if (tap.onlyUnheld && !refused) return await this.#written(tap, () => journal.requestUnheld(row));
    return { known: await this.#written(tap, () => journal.request(row, refused)), refused };
  }

  #written<T>(tap: RequestedTap, write: () => Promise<T>): Promise<T> {
    return written(tap, write, this.#options.failed);
  }

  async #refusal(command: InFlightCommand, tap: OpenTap): Promise<CommandOutcome | undefined> {
    const { db, wallClock } = this.#options;
    const reason = this.#refusalNow(command) ??
      await this.#written(tap, () => refusalOf(tap, { db, now: wallClock() }));
    return reason && { state: "refused", reason };
  }

  /** Why nothing is begun, whatever the tap wants. */
  #refusalNow(command: InFlightCommand): "stopping" | "expired" | undefined {
    if (this.#options.isStopping()) return "stopping";
    return this.#options.now() >= deadlineOf(command) ? "expired" : undefined;
  }

  #route(
    command: InFlightCommand,
    { cell, beginBy }: { cell: number; beginBy: number },
  ): Promise<CommandOutcome> {
    const { tap } = command;
    const sent = () => command.advance({ state: "sent", cell });
    const origin = tap.command === "open" ? this.#options.journal.origin : undefined;
    return this.#opener.open({ id: tap.id, cabinet: tap.cabinet.id, cell, origin }, { beginBy, sent });
  }
}

/** Until when the door may open that was tapped for. */
function deadlineOf({ madeAt }: InFlightCommand): number {
  return madeAt + COMMAND.deadlineMs;
}

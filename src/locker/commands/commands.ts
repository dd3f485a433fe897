import type { CommandTable } from "../../db/mod.ts";
import { delay } from "../../lib/concurrency/delay.ts";
import { COMMAND } from "../../lib/limits.ts";
import { CommandFollowUp } from "./command_follow_up.ts";
import { TooManyTapsError, UnavailableError, UnknownCellError } from "../errors.ts";
import { type JournalFailed, written } from "../journal.ts";
import type { Recovery } from "./recovery.ts";
import { InFlightCommand } from "./in_flight_command.ts";
import { KeyedCounts } from "../../lib/concurrency/keyed_counts.ts";
import { CommandExecutor, type ExecutionContext } from "./command_executor.ts";
import {
  ageOf,
  type CommandStep,
  conflict,
  isSame,
  isSameAs,
  type RequestedTap,
  type Result,
  resultOf,
} from "./taps.ts";
import { type CellCommand, personOf } from "../../cabinet/commands.ts";

/** The outcome of a tap, for the log. */
export type CommandReport =
  | {
    readonly type: "finished";
    readonly tap: RequestedTap;
    readonly result: Result;
    readonly tookMs: number;
  }
  | { readonly type: "settled" } & CellCommand
  | { readonly type: "journal-failed"; readonly id: string; readonly error: unknown };

/** What {@linkcode Commands} needs. */
export interface CommandsOptions extends ExecutionContext {
  readonly recovery: Recovery;
  readonly report: (report: CommandReport) => void;
}

/**
 * The taps that are not over: each is executed once, however often it is asked for, and all who ask get the same
 * answer.
 */
export class Commands {
  readonly #options: CommandsOptions;
  readonly #executor: CommandExecutor;
  readonly #followUp: CommandFollowUp;
  readonly #failed: JournalFailed;
  readonly #inFlight = new Map<string, InFlightCommand>();
  /** The taps of each person that are not over; the operator's are not counted. */
  readonly #perPerson = new KeyedCounts(COMMAND.perPersonMax);
  #isStopping = false;
  /** How many commands were begun, in all. */
  started = 0;

  constructor(options: CommandsOptions) {
    const failed = this.#failed = (id, error) => options.report({ type: "journal-failed", id, error });
    this.#options = options;
    this.#followUp = new CommandFollowUp({ ...options, failed });
    this.#executor = new CommandExecutor({
      ...options,
      followUp: this.#followUp,
      failed,
      isStopping: () => this.#isStopping,
    });
  }

  /** How many commands are not over. */
  get running(): number {
    return this.#inFlight.size;
  }

  /**
   * Executes the tap, once for each id: a repeated request gets the same answer. A tap that is older than
   * `COMMAND.deadlineMs` and is not known yet is refused as `expired`.
   *
   * @param onStep hears each step before the final one, after it is on disk; and, after a command had to be
   * called unconfirmed, that its door was seen open after all
   * @throws {UnknownCellError} if the cabinet has no such cell
   * @throws {ConflictError} if the id belongs to another person's command or to another request
   * @throws {TooManyTapsError} if too many taps of this person, or of all, are not over
   * @throws {UnavailableError} if the database does not answer
   */
  async run(tap: RequestedTap, onStep: (step: CommandStep) => void = () => {}): Promise<Result> {
    const running = this.#inFlight.get(tap.id);
    if (running) return await this.#join(running, { tap, onStep });
    if (tap.command === "open" && !tap.cabinet.cells.some(({ cell }) => cell === tap.cell)) {
      throw new UnknownCellError(`Cannot open cell ${tap.cell}: cabinet ${tap.cabinet.id} has no such cell`);
    }
    const counted = this.#count(tap);
    this.started++;
    const { now, wallClock } = this.#options;
    const entry = new InFlightCommand(tap, { since: now(), ageMs: ageOf(tap, wallClock()) });
    entry.listen(onStep);
    this.#inFlight.set(tap.id, entry);
    entry.follow(this.#execute(entry)).finally(() => {
      this.#inFlight.delete(tap.id);
      counted?.[Symbol.dispose]();
    });
    return await entry.result;
  }

  /** From now on taps are refused; resolves when the running ones are over. */
  async drain(): Promise<void> {
    this.#isStopping = true;
    while (this.#inFlight.size > 0) {
      await Promise.allSettled(Array.from(this.#inFlight.values(), ({ result }) => result));
    }
    await this.#followUp[Symbol.asyncDispose]();
    await this.#options.journal.idle();
  }

  #count(tap: RequestedTap): Disposable | undefined {
    const person = personOf(tap);
    const isFull = this.#inFlight.size >= COMMAND.inFlightMax;
    const counted = isFull || person === undefined ? undefined : this.#perPerson.enter(person);
    if (isFull || person !== undefined && !counted) {
      throw new TooManyTapsError(`Cannot ${tap.command}: too many taps are not over yet`);
    }
    return counted;
  }

  async #join(
    running: InFlightCommand,
    { tap, onStep }: { tap: RequestedTap; onStep: (step: CommandStep) => void },
  ): Promise<Result> {
    if (!isSame(running.tap, tap)) throw conflict(tap);
    onStep(running.step);
    running.listen(onStep);
    return await running.result;
  }

  async #execute(entry: InFlightCommand): Promise<Result> {
    const { tap, since } = entry;
    const result = await this.#executor.execute(entry);
    if ("known" in result) return await this.#resultOf(result.known, tap);
    const { report, now } = this.#options;
    report({ type: "finished", tap, result, tookMs: now() - since });
    if (result.state === "unconfirmed") this.#settleLater(entry, result.cell);
    return result;
  }

  #settleLater(entry: InFlightCommand, cell: number): void {
    const { id, cabinet } = entry.tap;
    const command = { id, cabinet: cabinet.id, cell };
    this.#followUp.settle(command, () => {
      entry.advance({ state: "opened", cell });
      this.#options.report({ type: "settled", ...command });
    });
  }

  /**
   * How the command of the journal ended that has the tap's id. One that is not over runs in another program, or
   * was left by one that died.
   *
   * @throws {ConflictError} if it is another tap's
   */
  async #resultOf(known: CommandTable, tap: RequestedTap): Promise<Result> {
    if (!isSameAs(known, tap)) throw conflict(tap);
    const { journal, recovery } = this.#options;
    for (let row: CommandTable | undefined = known; row;) {
      const asIs: CommandTable = row;
      const over = await written(tap, () => recovery.settled(asIs), this.#failed);
      if (over) return resultOf(over);
      await delay(COMMAND.awaitEndMs);
      row = await written(tap, () => journal.find(known.id), this.#failed);
    }
    throw new UnavailableError(`Cannot say how ${tap.id} ended: it is not in the journal any more`);
  }
}

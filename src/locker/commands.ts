/**
 * Taps: who may open what, and a tap's way from the journal to the lock and back.
 *
 * @module
 */
import type { CommandTable } from "../db/mod.ts";
import { COMMAND } from "../limits.ts";
import type { CabinetRouter } from "../router/mod.ts";
import type { Cabinet } from "./cabinet.ts";
import type { Journal, Outcome } from "./journal.ts";
import { ConflictError, TooManyTapsError, UnavailableError, UnknownCellError } from "./errors.ts";
import { Settling } from "./settling.ts";
import type { CommandState, Reason } from "./types.ts";

/** Somebody wants a cell opened. */
export interface Tap {
  /** UUID that the page made for this tap; the same one again is the same tap. */
  readonly id: string;
  readonly cabinet: Cabinet;
  readonly cell: number;
  /** `operator` or `person:<id>`. */
  readonly by: string;
  /** Why the operator does it. */
  readonly note?: string;
}

/** Where a tap is. */
export interface Step {
  readonly state: CommandState;
  readonly reason?: Reason;
}

interface Running {
  readonly tap: Tap;
  readonly listeners: Set<(step: Step) => void>;
  step: Step;
  readonly outcome: Promise<Outcome>;
}

/** What became of a tap, for the log. */
export type CommandReport =
  | { readonly type: "finished"; readonly tap: Tap; readonly outcome: Outcome; readonly tookMs: number }
  | { readonly type: "settled"; readonly id: string; readonly cabinet: string; readonly cell: number }
  | { readonly type: "journal-failed"; readonly id: string; readonly error: unknown };

/** See the module. */
export class Commands {
  readonly #journal: Journal;
  readonly #router: CabinetRouter;
  readonly #report: (report: CommandReport) => void;
  readonly #now: () => number;
  readonly #running = new Map<string, Running>();
  readonly #tapsBy = new Map<string, number>();
  readonly #settling: Settling;
  readonly #settled = new Set<Promise<void>>();
  #stopping = false;
  /** How many commands were begun, in all. */
  started = 0;

  constructor(
    journal: Journal,
    options: { router: CabinetRouter; report: (report: CommandReport) => void; now: () => number },
  ) {
    this.#journal = journal;
    this.#router = options.router;
    this.#report = options.report;
    this.#now = options.now;
    this.#settling = new Settling(options.router);
  }

  /** How many commands are not over. */
  get running(): number {
    return this.#running.size;
  }

  /**
   * Opens a cell, once for each id: who asks again hears the same.
   *
   * @param onStep hears each step before the final one, after it is on disk; and, after a command had to be
   * called unconfirmed, that its door was seen open after all
   * @throws {UnknownCellError} if the cabinet has no such cell
   * @throws {ConflictError} if the id belongs to somebody else's command or to another cell
   * @throws {TooManyTapsError} if too many taps of this person, or of all, are not over
   * @throws {UnavailableError} if the database does not answer
   */
  async open(tap: Tap, onStep: (step: Step) => void = () => {}): Promise<Outcome> {
    const running = this.#running.get(tap.id);
    if (running) return await this.#join(running, { tap, onStep });
    if (!tap.cabinet.cells.some(({ cell }) => cell === tap.cell)) {
      throw new UnknownCellError(`Cannot open cell ${tap.cell}: cabinet ${tap.cabinet.id} has no such cell`);
    }
    const taps = this.#tapsBy.get(tap.by) ?? 0;
    if (tap.by !== "operator" && taps >= COMMAND.perPersonMax || this.#running.size >= COMMAND.inFlightMax) {
      throw new TooManyTapsError(`Cannot open cell ${tap.cell}: too many taps are not over yet`);
    }
    this.#tapsBy.set(tap.by, taps + 1);
    this.started++;
    const { promise: outcome, resolve, reject } = Promise.withResolvers<Outcome>();
    const entry: Running = { tap, listeners: new Set([onStep]), step: { state: "requested" }, outcome };
    this.#running.set(tap.id, entry);
    // The answer belongs to all who joined; each of them hears the failure itself.
    outcome.catch(() => {});
    this.#run(entry).then(resolve, reject).finally(() => this.#end(tap));
    return await outcome;
  }

  /** From now on taps are refused; resolves when the running ones are over. */
  async drain(): Promise<void> {
    this.#stopping = true;
    while (this.#running.size > 0) {
      await Promise.allSettled(Array.from(this.#running.values(), ({ outcome }) => outcome));
    }
    this.#settling[Symbol.dispose]();
    await Promise.all(this.#settled);
    await this.#journal.idle();
  }

  #end(tap: Tap): void {
    this.#running.delete(tap.id);
    const taps = (this.#tapsBy.get(tap.by) ?? 1) - 1;
    if (taps > 0) this.#tapsBy.set(tap.by, taps);
    else this.#tapsBy.delete(tap.by);
  }

  async #join(
    running: Running,
    { tap, onStep }: { tap: Tap; onStep: (step: Step) => void },
  ): Promise<Outcome> {
    if (!isSame(running.tap, tap)) throw conflict(tap);
    onStep(running.step);
    running.listeners.add(onStep);
    return await running.outcome;
  }

  /**
   * The tap is on its way to the bus while it is being written down. That is safe, since nothing leaves the bus
   * before {@linkcode Journal.sending} has committed behind it; and where the bus is free, both are one commit.
   */
  async #run(entry: Running): Promise<Outcome> {
    const { tap } = entry;
    const since = this.#now();
    const refused = this.#refusal(tap);
    const journaled = this.#journaled(tap, refused);
    const routed = refused ? Promise.resolve(refused) : this.#route(entry);
    // Awaited below; where the tap could not be written down, nobody asks any more how it went.
    routed.catch(() => {});
    const known = await journaled;
    if (known) return known;
    if (refused) return refused;
    // Where both were one commit, the bytes may be on their way already.
    if (entry.step.state === "requested") this.#tell(entry, { state: "requested" });
    const outcome = await routed;
    try {
      await this.#journal.finish(tap.id, outcome);
    } catch (error) {
      this.#report({ type: "journal-failed", id: tap.id, error });
      throw new UnavailableError(`Cannot say how ${tap.id} ended: it could not be written down`, {
        cause: error,
      });
    }
    this.#report({ type: "finished", tap, outcome, tookMs: this.#now() - since });
    if (outcome.state === "unconfirmed") this.#settleLater(entry);
    return outcome;
  }

  /** Writes the tap down. Returns how the command ended that has this id already, if one has. */
  async #journaled(tap: Tap, refused: Outcome | undefined): Promise<Outcome | undefined> {
    let known: CommandTable | undefined;
    try {
      known = await this.#journal.request({
        id: tap.id,
        cabinet: tap.cabinet.id,
        cell: tap.cell,
        command: "open",
        by: tap.by,
        note: tap.note ?? null,
      }, refused);
    } catch (error) {
      this.#report({ type: "journal-failed", id: tap.id, error });
      throw new UnavailableError(`Cannot open cell ${tap.cell}: the database does not answer`, {
        cause: error,
      });
    }
    if (!known) return undefined;
    if (!isSame({ ...known, cabinet: { id: known.cabinet } }, tap)) throw conflict(tap);
    return await this.#outcomeOf(known);
  }

  /** How a command of the journal ended. One that did not was left by a failing database; it is ended now. */
  async #outcomeOf(row: CommandTable): Promise<Outcome> {
    const state = row.state as CommandState;
    if (state !== "requested" && state !== "sent") {
      return row.reason === null ? { state } : { state, reason: row.reason as Reason };
    }
    const outcome: Outcome = { state: "unconfirmed", reason: "restarted" };
    await this.#journal.finish(row.id, outcome);
    return outcome;
  }

  #settleLater(entry: Running): void {
    const { id, cabinet, cell } = entry.tap;
    const settle = async () => {
      try {
        if (!await this.#journal.settle(id)) return;
        this.#tell(entry, { state: "opened" });
        this.#report({ type: "settled", id, cabinet: cabinet.id, cell });
      } catch (error) {
        this.#report({ type: "journal-failed", id, error });
      }
    };
    this.#settling.add({
      id,
      cabinet: cabinet.id,
      cell,
      seenOpen: () => {
        const settled = settle().finally(() => this.#settled.delete(settled));
        this.#settled.add(settled);
      },
    });
  }

  #refusal({ cabinet, cell }: Tap): Outcome | undefined {
    if (this.#stopping) return { state: "refused", reason: "stopping" };
    const { state } = cabinet.cells.find((one) => one.cell === cell) ?? {};
    if (state === "disabled" || state === "faulty") return { state: "refused", reason: "disabled" };
    return undefined;
  }

  async #route(entry: Running): Promise<Outcome> {
    const { id, cabinet, cell } = entry.tap;
    const reply = await this.#router.request(
      cabinet.id,
      { type: "open", id, cell, withinMs: COMMAND.deadlineMs },
      () => this.#tell(entry, { state: "sent" }),
    );
    return reply?.type === "open" ? reply.evidence : { state: "refused", reason: "offline" };
  }

  #tell(entry: Running, step: Step): void {
    entry.step = step;
    for (const listener of entry.listeners) listener(step);
  }
}

function isSame(
  a: { by: string; cell: number; cabinet: { id: string } },
  b: { by: string; cell: number; cabinet: { id: string } },
): boolean {
  return a.by === b.by && a.cell === b.cell && a.cabinet.id === b.cabinet.id;
}

function conflict(tap: Tap): ConflictError {
  return new ConflictError(`Cannot open cell ${tap.cell}: the id ${tap.id} belongs to another command`);
}

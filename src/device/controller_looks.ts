import { BUS, CONTROLLER } from "../limits.ts";
import type { LookJob, SeenAt } from "./looks.ts";

/** What looks at a controller's doors need of it. */
export interface ControllerLooksPort {
  /** Asks the controller for a pong. */
  ping(): void;
  /** The last event that came, and the last that is stored and acknowledged. */
  readonly events: { readonly received: number; readonly stored: number };
  /** Where the lock's door is, as far as events and the controller's own lists tell. */
  doorOf(job: LookJob): SeenAt | undefined;
}

/**
 * Looks at the doors of a smart controller. It tells each move by itself, in order: so once it has answered a ping that was
 * sent after somebody wished to look, and all that came before the answer is stored, its doors are known. No timer; times are
 * milliseconds of one monotonic clock.
 */
export class ControllerLooks {
  readonly #port: ControllerLooksPort;
  /** How many pings were sent, and how many were answered. */
  #pings = 0;
  #pongs = 0;
  /** For each ping that is not answered: the last event that was acknowledged before it. */
  #acknowledged: number[] = [];
  #waiting: { readonly job: LookJob; pong: number }[] = [];

  constructor(port: ControllerLooksPort) {
    this.#port = port;
  }

  /** When {@linkcode tick} wants to be called next. */
  get wakeAt(): number {
    return this.#waiting.reduce((at, { job }) => Math.min(at, job.deadline), Infinity);
  }

  /** Takes a look; past the limit it is given up at once. */
  add(job: LookJob): void {
    if (this.#waiting.length >= BUS.looksMax) return job.done(undefined);
    this.ping();
    this.#waiting.push({ job, pong: this.#pings });
  }

  /** Asks the controller for a pong. */
  ping(): void {
    this.#pings++;
    this.#acknowledged.push(this.#port.events.stored);
    this.#port.ping();
  }

  /** The controller has answered a ping. Where it may have kept events back by then, it is asked once more. */
  pong(): void {
    this.#pongs++;
    const { received, stored } = this.#port.events;
    const unacknowledged = received - (this.#acknowledged.shift() ?? stored);
    if (unacknowledged >= CONTROLLER.unacknowledgedMax) this.#askAgain();
    this.settle();
  }

  #askAgain(): void {
    const looks = this.#waiting.filter(({ pong }) => pong <= this.#pongs);
    if (looks.length === 0) return;
    this.ping();
    for (const look of looks) look.pong = this.#pings;
  }

  /** Ends the looks that are answered, once all events that came are stored. */
  settle(): void {
    const { received, stored } = this.#port.events;
    if (stored < received) return;
    const [answered, others] = this.#parted(({ pong }) => pong <= this.#pongs);
    this.#waiting = others;
    for (const { job } of answered) job.done(this.#port.doorOf(job));
  }

  /** Gives up those that waited long enough. */
  tick(now: number): void {
    this.#giveUp(({ job }) => now >= job.deadline);
  }

  /** The connection is gone. */
  close(): void {
    this.#giveUp(() => true);
  }

  #giveUp(isOver: (look: { readonly job: LookJob }) => boolean): void {
    const [over, others] = this.#parted(isOver);
    this.#waiting = others;
    for (const { job } of over) job.done(undefined);
  }

  #parted(test: (look: { readonly job: LookJob; pong: number }) => boolean) {
    const { yes = [], no = [] } = Object.groupBy(this.#waiting, (look) => test(look) ? "yes" : "no");
    return [yes, no] as const;
  }
}

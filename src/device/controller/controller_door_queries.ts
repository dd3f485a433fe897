import { BUS, CONTROLLER } from "../../lib/limits.ts";
import type { DoorQuery, DoorReading } from "../door_queries.ts";

/** What queries at a controller's doors need of it. */
export interface ControllerDoorQueriesPort {
  /** Asks the controller for a pong. */
  ping(): void;
  /** The last event that came, and the last that is stored and acknowledged. */
  readonly events: { readonly received: number; readonly stored: number };
  /** Where the lock's door is, as far as events and the controller's own lists tell. */
  doorOf(job: DoorQuery): DoorReading | undefined;
}

/** A query that is not answered. */
interface UnansweredQuery {
  readonly job: DoorQuery;
  /** By which answer the door is known; `undefined`: it is to be asked for once all that came is stored. */
  pong: number | undefined;
  /** The last event that was acknowledged before the controller was asked. */
  acknowledged: number;
}

/**
 * Looks at the doors of a smart controller. It tells each move by itself, in order: so once it has answered a ping that was
 * sent after somebody wished to query, and all that came before the answer is stored, its doors are known. No timer; times are
 * milliseconds of one monotonic clock.
 */
export class ControllerDoorQueries {
  readonly #port: ControllerDoorQueriesPort;
  /** How many pings were sent, and how many were answered. */
  #pings = 0;
  #pongs = 0;
  #waiting: UnansweredQuery[] = [];

  constructor(port: ControllerDoorQueriesPort) {
    this.#port = port;
  }

  /** When {@linkcode tick} wants to be called next. */
  get wakeAt(): number {
    return this.#waiting.reduce((at, { job }) => Math.min(at, job.deadline), Infinity);
  }

  /** Takes a look; past the limit it is given up at once. */
  add(job: DoorQuery): void {
    if (this.#waiting.length >= BUS.looksMax) return job.done(undefined);
    const query: UnansweredQuery = { job, pong: undefined, acknowledged: 0 };
    this.#waiting.push(query);
    this.#ask([query]);
  }

  /** Asks the controller for a pong. */
  ping(): void {
    this.#pings++;
    this.#port.ping();
  }

  /** The controller has answered a ping. Where it may have kept events back by then, it has to be asked once more. */
  pongReceived(): void {
    if (this.#pongs === this.#pings) return;
    this.#pongs++;
    const { received } = this.#port.events;
    for (const query of this.#waiting) {
      const mayKeepBack = received - query.acknowledged >= CONTROLLER.unacknowledgedMax;
      if (query.pong === this.#pongs && mayKeepBack) query.pong = undefined;
    }
    this.answer();
  }

  /** Ends the queries that are answered, and asks for the others, once all events that came are stored. */
  answer(): void {
    const { received, stored } = this.#port.events;
    if (stored < received) return;
    const unasked = this.#waiting.filter(({ pong }) => pong === undefined);
    if (unasked.length > 0) this.#ask(unasked);
    const [answered, others] = this.#partition((query) => this.#isAnswered(query));
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

  /** Asks the controller for the pong that answers these queries. */
  #ask(queries: readonly UnansweredQuery[]): void {
    this.ping();
    const { stored } = this.#port.events;
    for (const query of queries) Object.assign(query, { pong: this.#pings, acknowledged: stored });
  }

  #giveUp(isOver: (query: UnansweredQuery) => boolean): void {
    const [over, others] = this.#partition(isOver);
    this.#waiting = others;
    for (const { job } of over) job.done(undefined);
  }

  #isAnswered({ pong = Infinity }: UnansweredQuery): boolean {
    return pong <= this.#pongs;
  }

  #partition(test: (query: UnansweredQuery) => boolean) {
    const { yes = [], no = [] } = Object.groupBy(this.#waiting, (query) => test(query) ? "yes" : "no");
    return [yes, no] as const;
  }
}

import { BUS, CONTROLLER } from "../../lib/limits.ts";
import { partition } from "../../lib/partition.ts";
import type { DoorQuery } from "../door_queries.ts";
import type { DoorReading } from "../../cabinet/doors.ts";

/** What door queries need of the controller. */
export interface ControllerDoorQueriesPort {
  ping(): void;
  /** The number of the last event received, and of the last that is stored and acknowledged. */
  events(): { readonly received: number; readonly stored: number };
  /** Where the lock's door is, as far as events and the controller's own lists tell. */
  doorOf(job: DoorQuery): DoorReading | undefined;
}

interface UnansweredQuery {
  readonly job: DoorQuery;
  /**
   * The pong after which the door is known; `undefined`: the controller is to be asked once all received
   * events are stored.
   */
  pong: number | undefined;
  /** The last event that was acknowledged before the controller was asked. */
  acknowledged: number;
}

/**
 * Door queries of a smart controller. The controller reports each move by itself, in order: so its doors are
 * known once it has answered a ping that was sent after the query, and all that came before the answer is
 * stored. No timer; times are milliseconds of one monotonic clock.
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

  /** When {@linkcode tick} has to be called next. */
  get wakeAt(): number {
    return this.#waiting.reduce((at, { job }) => Math.min(at, job.deadline), Infinity);
  }

  /** Takes a query; past the limit it is given up at once. */
  add(job: DoorQuery): void {
    if (this.#waiting.length >= BUS.doorQueriesMax) return job.done(undefined);
    const query: UnansweredQuery = { job, pong: undefined, acknowledged: 0 };
    this.#waiting.push(query);
    this.#ask([query]);
  }

  /** Asks the controller for a pong. */
  ping(): void {
    this.#pings++;
    this.#port.ping();
  }

  /** A ping was answered. If the controller may have held back events by then, it has to be asked again. */
  pongReceived(): void {
    if (this.#pongs === this.#pings) return;
    this.#pongs++;
    const { received } = this.#port.events();
    for (const query of this.#waiting) {
      const mayKeepBack = received - query.acknowledged >= CONTROLLER.unacknowledgedMax;
      if (query.pong === this.#pongs && mayKeepBack) query.pong = undefined;
    }
    this.answer();
  }

  /** Once all received events are stored, ends the queries that are answered, and asks for the others. */
  answer(): void {
    const { received, stored } = this.#port.events();
    if (stored < received) return;
    const unasked = this.#waiting.filter(({ pong }) => pong === undefined);
    if (unasked.length > 0) this.#ask(unasked);
    const [answered, others] = partition(this.#waiting, ({ pong = Infinity }) => pong <= this.#pongs);
    this.#waiting = others;
    for (const { job } of answered) job.done(this.#port.doorOf(job));
  }

  /** Gives up the queries whose deadline has come. */
  tick(now: number): void {
    this.#giveUp(({ job }) => now >= job.deadline);
  }

  /** The connection is gone: gives up all queries. */
  close(): void {
    this.#giveUp(() => true);
  }

  /** Asks the controller for the pong that answers these queries. */
  #ask(queries: readonly UnansweredQuery[]): void {
    this.ping();
    const { stored } = this.#port.events();
    for (const query of queries) Object.assign(query, { pong: this.#pings, acknowledged: stored });
  }

  #giveUp(isOver: (query: UnansweredQuery) => boolean): void {
    const [over, others] = partition(this.#waiting, isOver);
    this.#waiting = others;
    for (const { job } of over) job.done(undefined);
  }
}

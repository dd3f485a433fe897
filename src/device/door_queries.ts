import { isSameLock, type LockAddress } from "../boards/mod.ts";
import { BUS } from "../lib/limits.ts";
import { partition } from "../lib/partition.ts";
import type { DoorReading } from "../cabinet/doors.ts";

/** A request to know where a door is. Only a read that is sent after the query answers it. */
export interface DoorQuery {
  readonly lock: LockAddress;
  /** The query is given up then. */
  readonly deadline: number;
  /** Called once; `undefined`: the board did not answer in time, or does not know. */
  readonly done: (seen: DoorReading | undefined) => void;
}

/** The door queries that wait for an answer. No bytes and no timer; times are milliseconds of one monotonic clock. */
export class DoorQueries {
  #waiting: { readonly job: DoorQuery; readonly since: number }[] = [];

  /** The lock whose door is to be read next. */
  get next(): LockAddress | undefined {
    return this.#waiting[0]?.job.lock;
  }

  /** When the first query is given up. */
  get expiresAt(): number {
    return this.#waiting.reduce((at, { job }) => Math.min(at, job.deadline), Infinity);
  }

  /** Adds a query; past the limit it is given up at once. */
  add(job: DoorQuery, now: number): void {
    if (this.#waiting.length >= BUS.doorQueriesMax) job.done(undefined);
    else this.#waiting.push({ job, since: now });
  }

  /** Has a door read that seems to have moved, unless such a read waits. No caller waits for the answer. */
  addHint(lock: LockAddress, now: number): void {
    const waits = this.#waiting.some(({ job, since }) => since === now && isSameLock(job.lock, lock));
    if (!waits) this.add({ lock, deadline: now + BUS.doorQueryMs, done: () => {} }, now);
  }

  /** Removes and returns the queries that are answered by a reading that was asked for at that time. */
  takeAnswered(asOf: number, isTold: (lock: LockAddress) => boolean): DoorQuery[] {
    const [answered, others] = partition(
      this.#waiting,
      ({ job, since }) => since <= asOf && isTold(job.lock),
    );
    this.#waiting = others;
    return answered.map(({ job }) => job);
  }

  /** Gives up the queries whose deadline has come. */
  expire(now: number): void {
    this.#giveUp(({ deadline }) => now >= deadline);
  }

  /** The connection is gone: gives up all queries. */
  close(): void {
    this.#giveUp(() => true);
  }

  #giveUp(isOver: (job: DoorQuery) => boolean): void {
    const [over, others] = partition(this.#waiting, ({ job }) => isOver(job));
    this.#waiting = others;
    for (const { job } of over) job.done(undefined);
  }
}

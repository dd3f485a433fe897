import type { Tables } from "./schema.ts";

/**
 * A write that no tap waits for. A database that has a thread runs it there, so that it does not block the isolate: so
 * the thread finds a job by its name, and its data and result go through JSON, which omits `undefined` and has no `Map`.
 */
export interface Job<In, Out> {
  readonly name: string;
  /**
   * Whether a power failure may undo it until a later write is committed. For jobs whose completion is not reported to
   * people: no other commit then waits for the disk because of it.
   *
   * @default {false}
   */
  readonly isLazy?: boolean;
  /** Runs in one transaction, for two milliseconds at most, since the commits of taps wait behind it. */
  readonly work: (trx: Tables, data: In) => Promise<Out>;
}

/** Any job, whatever its data. */
export type AnyJob = Job<never, unknown>;

/**
 * Book-keeping that nobody waits for at a door. A database that has a thread does it there, so that it holds up nobody
 * who is talked to: so a job is known by its name, and what it is given and returns is plain data.
 *
 * @module
 */
import type { Tables } from "./schema.ts";

/** See the module. Data goes through JSON: what is `undefined` is left out, and there is no `Map`. */
export interface Job<In, Out> {
  readonly name: string;
  /**
   * Whether a power failure may undo it, as long as nothing else was written behind it: where nobody is told that it is
   * done. Then nobody's commit waits for the disk because of it.
   *
   * @default {false}
   */
  readonly isLazy?: boolean;
  /** Does it in one transaction: for two milliseconds at most, as taps wait for their commits behind it. */
  readonly work: (trx: Tables, data: In) => Promise<Out>;
}

/** Any job: what it is given is its caller's to know. */
export type AnyJob = Job<never, unknown>;

/**
 * The port to other programs of the fleet, on this machine or others: what {@linkcode FleetRouter} puts behind the
 * router of one program.
 *
 * @module
 */
import type { Owner, RequestOptions } from "./router.ts";

/** See the module. Messages are plain data, as the router's. */
export interface FleetUplink<Request, Progress, Reply, Event> extends AsyncDisposable {
  /** Whether others can be reached now. */
  readonly connected: boolean;
  /** How many isolates of other programs were heard of lately. */
  readonly peers: number;
  /**
   * Answers requests for the address until disposed of, or until somebody, in whatever program, serves it with a
   * higher epoch: then the owner is told once that it is displaced.
   */
  serve(address: string, owner: Owner<Request, Progress, Reply>, epoch: number): Disposable;
  /**
   * Asks whoever serves the address, once: nothing here asks again when it may have been begun.
   *
   * @returns `undefined` at once if nobody serves it
   * @throws {NotAskedError} if it was surely not begun, as when nobody can be reached
   * @throws {NoAnswerError} if it may have been done and no reply came
   */
  request(address: string, request: Request, options?: RequestOptions<Progress>): Promise<Reply | undefined>;
  /** Tells everybody in other programs who watches. While they cannot be reached it is lost, and they know. */
  publish(address: string, event: Event): void;
  /**
   * Hears what other programs publish until disposed of.
   *
   * @param missed events may have been missed: read anew
   */
  watch(address: string, listener: (event: Event) => void, missed?: () => void): Disposable;
}

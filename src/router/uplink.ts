import type { Owner, RequestOptions } from "./router.ts";

/**
 * The port to other programs of the fleet, on this machine or others, which {@linkcode FleetRouter} puts behind the
 * router of one program. Messages are plain data, as the router's.
 */
export interface FleetUplink<Request, Progress, Reply, Event> extends AsyncDisposable {
  /** Whether other programs can be reached now. */
  readonly connected: boolean;
  /** How many isolates of other programs are connected, as far as is known. */
  readonly peers: number;
  /**
   * Passes requests for the address to the owner until disposed of, or until another owner in any program serves it with
   * a higher epoch: then the owner is told once that it is displaced.
   */
  serve(address: string, owner: Owner<Request, Progress, Reply>, epoch: number): Disposable;
  /**
   * Asks the program that serves the address, once: a request that may have been begun is never repeated.
   *
   * @returns `undefined` at once if no program serves it
   * @throws {NotAskedError} if it was surely not begun, as when no other program can be reached
   * @throws {NoAnswerError} if it may have been done and no reply came
   */
  request(address: string, request: Request, options?: RequestOptions<Progress>): Promise<Reply | undefined>;
  /** Sends the event to the watchers in other programs. One that cannot be sent is lost; they learn that they missed some. */
  publish(address: string, event: Event): void;
  /**
   * Listens to what other programs publish until disposed of.
   *
   * @param missed called when events may have been missed: read the state anew
   */
  watch(address: string, listener: (event: Event) => void, missed?: () => void): Disposable;
}

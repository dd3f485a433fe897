/**
 * The port that every router implements. Messages are plain data, so that each of them can carry them: strings, numbers,
 * lists, records, `Map` and `Uint8Array`.
 *
 * @module
 */

/** What comes with a request. */
export interface IncomingRequest<Progress> {
  /**
   * For how long the request may still be begun, in milliseconds. Clocks differ, durations do not: the time that the
   * request was on its way is subtracted already.
   */
  readonly leftMs: number;
  /** Tells the requester what happened before the reply. */
  readonly progress: (progress: Progress) => void;
}

/** Answers the requests for an address that it has claimed. */
export interface Owner<Request, Progress, Reply> {
  /** Does what is asked. Never rejects. */
  handle(request: Request, asked: IncomingRequest<Progress>): Promise<Reply>;
  /** Called when the address was claimed by another owner, with a higher epoch. */
  displaced(): void;
}

/** A claim that stands until it is disposed of or displaced. Disposing twice is harmless. */
export interface OwnershipClaim extends Disposable {
  /** Whether the address is still its holder's. */
  readonly held: boolean;
}

/** How long a request may take, and who hears of its progress. */
export interface RequestOptions<Progress> {
  /** How long it may be begun, in milliseconds. @default {ROUTER.beginMs} */
  readonly beginMs?: number | undefined;
  /** How long the reply may take after that, in milliseconds. @default {ROUTER.answerMs} */
  readonly answerMs?: number | undefined;
  /** Called with what happened before the reply. */
  readonly progress?: ((progress: Progress) => void) | undefined;
}

/** Reaches the one connection that a cabinet has, in whichever isolate of whichever program it is. */
export interface Router<Request, Progress, Reply, Event> extends Disposable {
  /**
   * Claims the address. The highest epoch in the fleet owns it: an owner with a lower one is told that it is displaced as
   * soon as that is known, the new one too.
   */
  claim(address: string, owner: Owner<Request, Progress, Reply>, epoch: number): OwnershipClaim;
  /** Whether the owner is in this isolate. */
  owns(address: string): boolean;
  /**
   * Asks the owner, once: a request that may have arrived is never repeated.
   *
   * @returns `undefined` at once if there is no owner
   * @throws {NotAskedError} if it was surely not begun, as when the way there is broken
   * @throws {NoAnswerError} if it may have been done and no reply came
   */
  request(address: string, request: Request, options?: RequestOptions<Progress>): Promise<Reply | undefined>;
  /** Sends the event to all watchers of the address. */
  publish(address: string, event: Event): void;
  /**
   * Listens to what is published until disposed of. A listener must not throw.
   *
   * @param missed called when events may have been missed, as when a peer or the network was away: read the state anew
   */
  watch(address: string, listener: (event: Event) => void, missed?: () => void): Disposable;
}

/** The router of one program, which a {@linkcode FleetUplink} to the rest of the fleet may stand behind. */
export interface NearRouter<Request, Progress, Reply, Event> extends Router<Request, Progress, Reply, Event> {
  /** Whether the owner is in this program. */
  knows(address: string): boolean;
}

/** The broker between programs cannot be used. */
export class BrokerError extends Error {
  override name = "BrokerError";
}

/** The request was surely not begun. */
export class NotAskedError extends Error {
  override name = "NotAskedError";
}

/** The request may have been done, and no answer will come. */
export class NoAnswerError extends Error {
  override name = "NoAnswerError";
}

/**
 * The port that every engine implements. Messages are plain data: strings, numbers, lists, records, and of the
 * richer kinds `Map` and `Uint8Array` only, so that every engine can carry them.
 *
 * @module
 */

/** What comes with a request. */
export interface IncomingRequest<Progress> {
  /**
   * How much time is left until nothing may be begun any more, in milliseconds. Clocks differ, spans do not: the time
   * that the request was on its way is taken off already.
   */
  readonly leftMs: number;
  /** Tells whoever asks what happened before the reply. */
  readonly progress: (progress: Progress) => void;
}

/** What answers requests for an address that it has claimed. */
export interface Owner<Request, Progress, Reply> {
  /** Does what is asked. Never rejects. */
  handle(request: Request, asked: IncomingRequest<Progress>): Promise<Reply>;
  /** Somebody else has claimed the address with a higher epoch. */
  displaced(): void;
}

/** A claim that stands until it is disposed of or displaced. Disposing twice is harmless. */
export interface OwnershipClaim extends Disposable {
  /** Whether the address is still its holder's. */
  readonly held: boolean;
}

/** How a request is made. */
export interface RequestOptions<Progress> {
  /** How long it may be begun, in milliseconds. @default {ROUTER.beginMs} */
  readonly beginMs?: number | undefined;
  /** How long the reply may take after that, in milliseconds. @default {ROUTER.answerMs} */
  readonly answerMs?: number | undefined;
  /** Hears what happened before the reply. */
  readonly progress?: ((progress: Progress) => void) | undefined;
}

/** How the rooms of the program reach the one connection that a cabinet has, wherever it is. */
export interface Router<Request, Progress, Reply, Event> extends Disposable {
  /**
   * Takes the address. The highest epoch owns it, wherever in the fleet: whoever has a lower one is told that it is
   * displaced, a newcomer too, as soon as that is known.
   */
  claim(address: string, owner: Owner<Request, Progress, Reply>, epoch: number): OwnershipClaim;
  /** Whether the owner is in this isolate. */
  owns(address: string): boolean;
  /**
   * Asks the owner, once: nothing here asks again when it may have been heard.
   *
   * @returns `undefined` at once if there is no owner
   * @throws {NotAskedError} if it was surely not begun, as when the way there is broken
   * @throws {NoAnswerError} if it may have been done and no reply came
   */
  request(address: string, request: Request, options?: RequestOptions<Progress>): Promise<Reply | undefined>;
  /** Tells everybody who watches. */
  publish(address: string, event: Event): void;
  /**
   * Hears what is published until disposed of. A listener that throws is a mistake of the program.
   *
   * @param missed events may have been missed, as when a peer or the network was away: read anew
   */
  watch(address: string, listener: (event: Event) => void, missed?: () => void): Disposable;
}

/** A router for the isolates of one program, which another one for the rest of the fleet may stand behind. */
export interface NearRouter<Request, Progress, Reply, Event> extends Router<Request, Progress, Reply, Event> {
  /** Whether the owner is in this program. */
  knows(address: string): boolean;
}

/** What lies between programs cannot be used. */
export class BrokerError extends Error {
  override name = "BrokerError";
}

/** A request that was surely not begun. */
export class NotAskedError extends Error {
  override name = "NotAskedError";
}

/** A request that may have been done, and nobody will say. */
export class NoAnswerError extends Error {
  override name = "NoAnswerError";
}

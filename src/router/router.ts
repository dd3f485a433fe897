/**
 * The port that every engine implements. Messages are plain data that a structured clone carries.
 *
 * @module
 */

/** What answers requests for an address that it has claimed. */
export interface Owner<Request, Progress, Reply> {
  /** Does what is asked; `progress` may be told what happened before the reply. Never rejects. */
  handle(request: Request, progress: (progress: Progress) => void): Promise<Reply>;
  /** Somebody else has claimed the address since. */
  displaced(): void;
}

/** A claim that stands until it is disposed of or displaced. Disposing twice is harmless. */
export interface Claim extends Disposable {
  /** Whether the address is still its holder's. */
  readonly held: boolean;
}

/** How the rooms of the program reach the one connection that a cabinet has, wherever it is. */
export interface Router<Request, Progress, Reply, Event> {
  /** Takes the address; whoever claimed last is its owner. */
  claim(address: string, owner: Owner<Request, Progress, Reply>): Claim;
  /** Asks the owner; `undefined` at once if there is none. */
  request(
    address: string,
    request: Request,
    progress?: (progress: Progress) => void,
  ): Promise<Reply | undefined>;
  /** Tells everybody who watches. */
  publish(address: string, event: Event): void;
  /** Hears what is published until disposed of. A listener that throws is a mistake of the program. */
  watch(address: string, listener: (event: Event) => void): Disposable;
}

import { ROUTER } from "../../lib/limits.ts";
import type { MeshItem } from "./items.ts";
import type { PeerIsolate } from "./peers.ts";
import { NoAnswerError, NotAskedError, type RequestOptions } from "../router.ts";

/** How the peer answers a request. */
export type MeshAnswer<Reply> = { readonly reply: Reply } | "not-owned";

interface PendingMeshRequest<Progress, Reply> {
  readonly peer: PeerIsolate<unknown>;
  readonly answered: PromiseWithResolvers<MeshAnswer<Reply>>;
  readonly progress: ((progress: Progress) => void) | undefined;
  /** When this isolate stops waiting. */
  readonly answerBy: number;
  isSent: boolean;
}

/** Sends an item to a peer. */
type PushItem<Item> = (peer: PeerIsolate<unknown>, item: Item) => void;

/** The requests of this isolate that another isolate has to answer. */
export class MeshRequests<Request, Progress, Reply, Event> implements Disposable {
  readonly #now: () => number;
  readonly #push: PushItem<MeshItem<Request, Progress, Reply, Event>>;
  readonly #pending = new Map<number, PendingMeshRequest<Progress, Reply>>();
  readonly #sweepTimer: ReturnType<typeof setInterval>;
  #count = 0;

  constructor(options: { now: () => number; push: PushItem<MeshItem<Request, Progress, Reply, Event>> }) {
    this.#now = options.now;
    this.#push = options.push;
    this.#sweepTimer = setInterval(() => this.#endOverdue(), ROUTER.helloMs / 4);
  }

  /**
   * Sends the request to the peer.
   *
   * @param beginBy until when it may be begun, on the clock of this isolate
   * @throws {NotAskedError} if it was surely not begun
   * @throws {NoAnswerError} if it may have been done
   */
  request(
    peer: PeerIsolate<unknown>,
    { address, request, beginBy, options }: {
      address: string;
      request: Request;
      beginBy: number;
      options: RequestOptions<Progress>;
    },
  ): Promise<MeshAnswer<Reply>> {
    if (peer.link.queued >= ROUTER.queueMax) {
      return Promise.reject(new NotAskedError(`Cannot ask ${address}: the queue to its isolate is full`));
    }
    const n = ++this.#count;
    const answered = Promise.withResolvers<MeshAnswer<Reply>>();
    const answerBy = beginBy + (options.answerMs ?? ROUTER.answerMs);
    this.#pending.set(n, { peer, answered, progress: options.progress, answerBy, isSent: false });
    this.#push(peer, ["request", n, address, beginBy, request]);
    return answered.promise;
  }

  /**
   * Called when a request is about to leave: replaces the time until which it may be begun by the time that is left.
   *
   * @returns whether it may leave
   */
  prepare(item: MeshItem<Request, Progress, Reply, Event> & ["request", ...unknown[]], now: number): boolean {
    const pending = this.#pending.get(item[1]);
    if (!pending) return false;
    item[3] -= now;
    if (item[3] <= 0) this.end(item[1])?.reject(tooLate(item[2]));
    else pending.isSent = true;
    return pending.isSent;
  }

  progress(n: number, progress: Progress): void {
    this.#pending.get(n)?.progress?.(progress);
  }

  /** Removes the request. @returns what its caller waits for; `undefined`: it had ended before */
  end(n: number): PromiseWithResolvers<MeshAnswer<Reply>> | undefined {
    const pending = this.#pending.get(n);
    this.#pending.delete(n);
    return pending?.answered;
  }

  /** Ends all requests to the peer. Those that never left were surely not begun. */
  fail(peer: PeerIsolate<unknown>, unsent: readonly MeshItem<Request, Progress, Reply, Event>[]): void {
    for (const item of unsent) {
      if (item[0] !== "request") continue;
      this.end(item[1])?.reject(new NotAskedError(`Cannot ask ${item[2]}: its isolate is gone`));
    }
    for (const [n, pending] of this.#pending) {
      if (pending.peer === peer) {
        this.end(n)?.reject(new NoAnswerError("No answer: the owner's isolate is gone"));
      }
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#sweepTimer);
  }

  #endOverdue(): void {
    const now = this.#now();
    for (const [n, { answerBy, isSent }] of this.#pending) {
      if (now < answerBy) continue;
      this.end(n)?.reject(isSent ? new NoAnswerError("No answer came in time") : tooLate("it"));
    }
  }
}

/** The request could not be begun in time. */
export function tooLate(address: string): NotAskedError {
  return new NotAskedError(`Cannot ask ${address}: the time was up before it could be begun`);
}

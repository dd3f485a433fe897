import { ROUTER } from "../../lib/limits.ts";
import type { MeshItem } from "./items.ts";
import type { PeerIsolate } from "./peers.ts";
import { NoAnswerError, NotAskedError, type RequestOptions } from "../router.ts";

/** What the owner's isolate answers: `none`, the address is not owned there. */
export type MeshAnswer<Reply> = { readonly reply: Reply } | "none";

interface PendingMeshRequest<Progress, Reply> {
  readonly peer: PeerIsolate<unknown>;
  readonly answered: PromiseWithResolvers<MeshAnswer<Reply>>;
  readonly progress: ((progress: Progress) => void) | undefined;
  /** It is not waited for after that. */
  readonly answerBy: number;
  left: boolean;
}

/** The requests of this isolate that another isolate has to answer. */
export class MeshRequests<Request, Progress, Reply, Event> implements Disposable {
  readonly #now: () => number;
  readonly #push: (peer: PeerIsolate<unknown>, item: MeshItem<Request, Progress, Reply, Event>) => void;
  readonly #pending = new Map<number, PendingMeshRequest<Progress, Reply>>();
  readonly #sweep: ReturnType<typeof setInterval>;
  #asked = 0;

  /** @param options.push sends an item to a peer */
  constructor(
    options: {
      now: () => number;
      push: (peer: PeerIsolate<unknown>, item: MeshItem<Request, Progress, Reply, Event>) => void;
    },
  ) {
    this.#now = options.now;
    this.#push = options.push;
    this.#sweep = setInterval(() => this.#giveUpLate(), ROUTER.helloMs / 4);
  }

  /**
   * Asks that isolate.
   *
   * @param beginBy until when it may be begun, on our clock
   * @throws {NotAskedError} if it was surely not begun
   * @throws {NoAnswerError} if it may have been done
   */
  ask(
    peer: PeerIsolate<unknown>,
    { address, request, beginBy, options }: {
      address: string;
      request: Request;
      beginBy: number;
      options: RequestOptions<Progress>;
    },
  ): Promise<MeshAnswer<Reply>> {
    if (peer.link.waiting >= ROUTER.queueMax) {
      return Promise.reject(new NotAskedError(`Cannot ask ${address}: too much waits for its isolate`));
    }
    const n = ++this.#asked;
    const answered = Promise.withResolvers<MeshAnswer<Reply>>();
    const answerBy = beginBy + (options.answerMs ?? ROUTER.answerMs);
    this.#pending.set(n, { peer, answered, progress: options.progress, answerBy, left: false });
    this.#push(peer, ["ask", n, address, beginBy, request]);
    return answered.promise;
  }

  /** A request is about to leave: from now on it says how much time is left. `false`: it must not. */
  leaves(item: MeshItem<Request, Progress, Reply, Event> & ["ask", ...unknown[]], now: number): boolean {
    const pending = this.#pending.get(item[1]);
    if (!pending) return false;
    item[3] -= now;
    if (item[3] <= 0) this.end(item[1])?.reject(late(item[2]));
    else pending.left = true;
    return pending.left;
  }

  progress(n: number, progress: Progress): void {
    this.#pending.get(n)?.progress?.(progress);
  }

  /** The request is over, as whoever calls is about to say; `undefined`: it was over before. */
  end(n: number): PromiseWithResolvers<MeshAnswer<Reply>> | undefined {
    const pending = this.#pending.get(n);
    this.#pending.delete(n);
    return pending?.answered;
  }

  /** All requests to the peer end. Those that never left were surely not begun. */
  fail(peer: PeerIsolate<unknown>, unsent: readonly MeshItem<Request, Progress, Reply, Event>[]): void {
    for (const item of unsent) {
      if (item[0] !== "ask") continue;
      this.end(item[1])?.reject(new NotAskedError(`Cannot ask ${item[2]}: its isolate is gone`));
    }
    for (const [n, pending] of this.#pending) {
      if (pending.peer === peer) {
        this.end(n)?.reject(new NoAnswerError("No answer: the owner's isolate is gone"));
      }
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#sweep);
  }

  #giveUpLate(): void {
    const now = this.#now();
    for (const [n, { answerBy, left }] of this.#pending) {
      if (now < answerBy) continue;
      this.end(n)?.reject(left ? new NoAnswerError("No answer came in time") : late("it"));
    }
  }
}

/** The request could not be begun in time. */
export function late(address: string): NotAskedError {
  return new NotAskedError(`Cannot ask ${address}: the time was up before it could be begun`);
}

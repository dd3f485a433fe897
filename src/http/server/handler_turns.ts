import type { EventEmitter } from "node:events";
import { FairQueue } from "../../lib/concurrency/fair_queue.ts";
import { HTTP } from "../../lib/limits.ts";
import { TimeSlices } from "../../lib/concurrency/time_slices.ts";

/** Where a request comes from. */
export interface Asker {
  /** The blocks of addresses that it comes from, the largest first. */
  readonly blocks: readonly string[];
  /** Its connection. When that closes before the request has its turn, no answer is needed. */
  readonly socket: EventEmitter & { readonly destroyed?: boolean };
}

/** A handler of a request. */
type Handling<Answer> = (turn: () => Promise<void>) => Answer | Promise<Answer>;

/**
 * Has requests parsed and handled by turns, so that requests of unknown peers leave time for the messages of WebSockets and of
 * devices, and delay no other address:
 *
 * - A handler, or a piece to be parsed, begins when the one before has done all that it can without waiting. After
 *   {@linkcode HTTP.handlersMs} of such work the sockets are read before the next one begins.
 * - Up to {@linkcode HTTP.handlersMax} handlers may be unfinished. One that takes long, since it waits for a board, no longer
 *   counts.
 * - Pieces and handlers take turns, and among each the blocks of addresses that they come from.
 *
 * It is no `Semaphore`: a handler needs a free place and a turn of the event loop, and an idle place does not begin it.
 */
export class HandlerTurns implements Disposable {
  readonly #queue = new FairQueue<() => void>();
  /** Handlers that have begun, and wait before work that takes long. They come first, since they hold much memory. */
  readonly #begun = new FairQueue<() => void>();
  /** Pieces of requests that are to be parsed. */
  readonly #pieces = new FairQueue<() => void>();
  #isPieceNext = false;
  #places: number = HTTP.handlersMax;
  readonly #slices: TimeSlices;

  /** @param now milliseconds that only go forward */
  constructor(now: () => number) {
    this.#slices = new TimeSlices({ take: () => this.#nextQueue().take(), sliceMs: HTTP.handlersMs, now });
  }

  /**
   * Runs the handler when its turn has come, and answers as it does; never, if the connection closes before.
   *
   * @param handler is given a function, which it awaits before work that takes long: it resolves at the handler's next turn
   */
  run<Answer>({ blocks, socket }: Asker, handler: Handling<Answer>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const begin = () => {
        socket.off("close", forget);
        if (socket.destroyed) return;
        this.#occupying(blocks, handler).then(resolve, reject);
      };
      const forget = () => this.#queue.delete(blocks, begin);
      socket.once("close", forget);
      this.#queue.add(blocks, begin);
      this.#slices.wake();
    });
  }

  /**
   * Parses a piece, at once if nothing waits for its turn.
   *
   * @returns whether it was parsed at once
   */
  parse(blocks: readonly string[], piece: () => void): boolean {
    if (this.#slices.isBusy) {
      this.#pieces.add(blocks, piece);
      return false;
    }
    this.#slices.occupy();
    piece();
    return true;
  }

  /** Takes the piece back, which never has its turn then. Does nothing if it does not wait. */
  forget(blocks: readonly string[], piece: () => void): void {
    this.#pieces.delete(blocks, piece);
  }

  /** Handlers and pieces that wait never have their turn. */
  [Symbol.dispose](): void {
    this.#slices[Symbol.dispose]();
  }

  /** Runs the handler in a place, which is free again when it has finished, or has waited for something else for long. */
  async #occupying<Answer>(blocks: readonly string[], handler: Handling<Answer>): Promise<Answer> {
    let isLeft = false;
    const leave = () => {
      clearTimeout(timer);
      if (isLeft) return;
      isLeft = true;
      this.#places++;
      this.#slices.wake();
    };
    const turn = async () => {
      clearTimeout(timer);
      await this.#turnOf(blocks);
      if (!isLeft) timer = setTimeout(leave, HTTP.handlerPlaceMs);
    };
    this.#places--;
    let timer = setTimeout(leave, HTTP.handlerPlaceMs);
    try {
      return await handler(turn);
    } finally {
      leave();
    }
  }

  #turnOf(blocks: readonly string[]): Promise<void> {
    return new Promise((resolve) => {
      this.#begun.add(blocks, resolve);
      this.#slices.wake();
    });
  }

  /** Handlers and pieces take turns; among handlers, those that have begun go on first. */
  #nextQueue(): FairQueue<() => void> {
    const handlers = this.#begun.size > 0 || this.#places === 0 ? this.#begun : this.#queue;
    this.#isPieceNext = !this.#isPieceNext && this.#pieces.size > 0;
    return this.#isPieceNext || handlers.size === 0 ? this.#pieces : handlers;
  }
}

import { concat } from "@std/bytes";
import { FEED } from "../../lib/limits.ts";

/** What {@linkcode OutgoingBytes} works with. */
export interface OutgoingBytesOptions {
  /** Bytes that were handed on and that the peer's system has not taken yet. */
  readonly untakenBytes: () => number;
  /** Is called when the reader is gone. */
  readonly cancelled: () => void;
}

/** Bytes on their way to one reader, up to {@linkcode FEED.bufferedBytesMax}. */
export class OutgoingBytes {
  readonly stream: ReadableStream<Uint8Array>;
  readonly #untakenBytes: () => number;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  /** Whether the reader has asked for bytes, and there were none. */
  #isAsked = false;
  #isOver = false;

  constructor({ untakenBytes, cancelled }: OutgoingBytesOptions) {
    this.#untakenBytes = untakenBytes;
    this.stream = new ReadableStream({
      start: (controller) => {
        this.#controller = controller;
      },
      pull: () => this.#pull(),
      cancel: () => {
        this.#isOver = true;
        cancelled();
      },
    }, { highWaterMark: 0 });
  }

  /** Whether as much waits that adding more should wait, too. */
  get isHalfFull(): boolean {
    return this.#bytes > FEED.bufferedBytesMax / 2;
  }

  /** Adds a message whole. @returns `false`: there is no room for it */
  add(message: Uint8Array): boolean {
    if (this.#isOver || this.#bytes + message.length > FEED.bufferedBytesMax) return false;
    this.#waiting.push(message);
    this.#waitingBytes += message.length;
    if (this.#isAsked) {
      // What is added in the same turn goes in one piece.
      queueMicrotask(() => this.#handOn());
      this.#isAsked = false;
    }
    return true;
  }

  /** Ends the stream; what waits is dropped. */
  end(last: Uint8Array): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#waiting = [];
    this.#controller.enqueue(last);
    this.#controller.close();
  }

  get #bytes(): number {
    return this.#waitingBytes + this.#untakenBytes();
  }

  #pull(): void {
    if (this.#waiting.length > 0) this.#handOn();
    else this.#isAsked = true;
  }

  #handOn(): void {
    if (this.#isOver) return;
    let bytes = 0;
    const more = this.#waiting.findIndex(({ length }) => (bytes += length) >= FEED.pieceBytes);
    const piece = concat(this.#waiting.splice(0, more < 0 ? this.#waiting.length : more + 1));
    this.#waitingBytes -= piece.length;
    this.#controller.enqueue(piece);
  }
}

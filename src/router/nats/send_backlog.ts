import type { NatsConnection } from "@nats-io/transport-node";
import { ROUTER } from "../../lib/limits.ts";

/** After this many bytes the server is asked whether it has taken them. */
const ASK_BYTES = 64 * 1024;

/** How many sent bytes the server has not taken yet. The client has no limit of its own. */
export class SendBacklog {
  readonly #connection: NatsConnection;
  #sentBytes = 0;
  #takenBytes = 0;
  #isAsking = false;

  constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  /** Whether nothing more may be sent until the server has taken some. */
  get isFull(): boolean {
    return this.#sentBytes - this.#takenBytes > ROUTER.brokerBufferedBytesMax;
  }

  /** Counts bytes that were sent. */
  add(bytes: number): void {
    this.#sentBytes += bytes;
    this.#ask();
  }

  /** The server answers a flush once it has taken all that was sent before. One flush at a time. */
  #ask(): void {
    const sentBytes = this.#sentBytes;
    if (this.#isAsking || sentBytes - this.#takenBytes < ASK_BYTES) return;
    this.#isAsking = true;
    this.#connection.flush().then(() => {
      this.#takenBytes = sentBytes;
      this.#isAsking = false;
      this.#ask();
    }, () => {
      // The connection broke, and its unsent bytes went with it.
    });
  }
}

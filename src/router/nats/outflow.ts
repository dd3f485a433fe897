import type { NatsConnection } from "@nats-io/transport-node";
import { ROUTER } from "../../lib/limits.ts";

/** Bytes that the server may be behind until it is asked how far it is. */
const ASK_BYTES = 64 * 1024;

/** How much was sent over a connection that the server has not taken. The client has no limit of its own. */
export class Outflow {
  readonly #connection: NatsConnection;
  #sentBytes = 0;
  #takenBytes = 0;
  #isAsking = false;

  constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  /** Whether nothing more is to be sent until the server has taken some. */
  get isFull(): boolean {
    return this.#sentBytes - this.#takenBytes > ROUTER.brokerBufferedBytesMax;
  }

  /** So many bytes were sent. */
  add(bytes: number): void {
    this.#sentBytes += bytes;
    this.#ask();
  }

  /** The server answers once it has taken all that came before the question. One question at a time. */
  #ask(): void {
    const sentBytes = this.#sentBytes;
    if (this.#isAsking || sentBytes - this.#takenBytes < ASK_BYTES) return;
    this.#isAsking = true;
    this.#connection.flush().then(() => {
      this.#takenBytes = sentBytes;
      this.#isAsking = false;
      this.#ask();
    }, () => {
      // The connection broke, and what it was given is gone.
    });
  }
}

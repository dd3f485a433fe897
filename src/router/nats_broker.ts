import type { NatsConnection, Subscription } from "@nats-io/transport-node";
import { NATS, ROUTER } from "../limits.ts";
import type { Dial } from "./nats_dial.ts";
import { Outflow } from "./nats_outflow.ts";
import { BrokerError } from "./router.ts";

/** What came in on a subject. */
export interface Incoming {
  readonly subject: string;
  /** Where to answer; empty if nowhere. */
  readonly reply: string;
  readonly bytes: Uint8Array;
  /** Not a message: nobody listens where the message was sent whose answer should come here. */
  readonly isNobody: boolean;
}

/** Why a message was not sent: nobody takes it, too much waits, or it is too large. */
export type Unsent = "away" | "full" | "large";

/** What a broker needs. */
export interface BrokerOptions {
  readonly dial: Dial;
  /** It is connected, for the first time or again. */
  readonly joined: () => void;
  /** Is told of what went wrong; of what goes wrong again and again, once. */
  readonly failed: (error: unknown) => void;
}

interface Listening {
  readonly subject: string;
  readonly queue: string | undefined;
  readonly hear: (incoming: Incoming) => void;
  subscription: Subscription | undefined;
}

/** A connection to NATS that is made again for ever. What is sent while there is none is not sent later. */
export class Broker implements AsyncDisposable {
  readonly #options: BrokerOptions;
  readonly #listenings = new Set<Listening>();
  readonly #running: Promise<void>;
  readonly #stopping = new AbortController();
  #now: { readonly connection: NatsConnection; readonly outflow: Outflow } | undefined;
  #resting: (() => void) | undefined;
  readonly #told = new Set<string>();

  constructor(options: BrokerOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  get connected(): boolean {
    return this.#now?.connection.isClosed() === false;
  }

  /** Sends the message, now or not at all. @returns why it was not sent; `undefined`: it was */
  send(subject: string, bytes: Uint8Array, reply = ""): Unsent | undefined {
    if (!this.#now || !this.connected) return "away";
    const { connection, outflow } = this.#now;
    const bytesMax = Math.min(ROUTER.payloadBytesMax, connection.info?.max_payload ?? Infinity);
    if (bytes.length > bytesMax) return "large";
    if (outflow.isFull) {
      this.#tell(new BrokerError("It is too slow: nothing is sent until it has caught up"));
      return "full";
    }
    connection.publish(subject, bytes, { reply });
    outflow.add(bytes.length);
    return undefined;
  }

  /**
   * Hears what comes in on the subject, over all connections to come. Once disposed of it hears only what is on its
   * way already.
   *
   * @param queue of all who listen with the same one, one hears it
   */
  listen(subject: string, hear: (incoming: Incoming) => void, queue?: string): Disposable {
    const listening: Listening = { subject, queue, hear, subscription: undefined };
    this.#listenings.add(listening);
    if (this.#now && this.connected) this.#subscribe(this.#now.connection, listening);
    return {
      [Symbol.dispose]: () => {
        // What is on its way is still heard.
        if (this.#listenings.delete(listening)) listening.subscription?.drain().catch(() => {});
      },
    };
  }

  /** Sends what was said last and hangs up. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    this.#resting?.();
    const connection = this.#now?.connection;
    if (connection) {
      await within(NATS.flushMs, connection.flush().catch(() => {}));
      await connection.close();
    }
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#use(await this.#options.dial(signal));
      } catch (error) {
        this.#tell(brokerError(error));
      }
      if (!signal.aborted) await this.#rest(NATS.retryMs + Math.random() * NATS.retryJitterMs);
    }
  }

  /** Uses the connection until it breaks. */
  async #use(connection: NatsConnection): Promise<void> {
    if (this.#stopping.signal.aborted) return await connection.close();
    this.#now = { connection, outflow: new Outflow(connection) };
    const watching = this.#watchOver(connection);
    try {
      for (const listening of this.#listenings) this.#subscribe(connection, listening);
      this.#told.clear();
      this.#guard(() => this.#options.joined());
      const cause = await connection.closed();
      this.#tell(new BrokerError("The connection broke", { cause }));
    } finally {
      this.#now = undefined;
      await watching;
    }
  }

  async #watchOver(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === "error") this.#tell(brokerError(status.error));
    }
  }

  #subscribe(connection: NatsConnection, listening: Listening): void {
    listening.subscription = connection.subscribe(listening.subject, {
      ...(listening.queue === undefined ? {} : { queue: listening.queue }),
      callback: (error, { subject, reply = "", data, headers }) => {
        // Errors come in as a status, too.
        if (error) return;
        const isNobody = data.length === 0 && headers?.code === 503;
        // A throw would end the client's reading for good, without a word.
        this.#guard(() => listening.hear({ subject, reply, bytes: data, isNobody }));
      },
    });
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#options.failed(error);
    }
  }

  #tell(error: BrokerError): void {
    const { message } = error;
    if (
      this.#stopping.signal.aborted || this.#told.has(message) || this.#told.size === NATS.failuresToldMax
    ) return;
    this.#told.add(message);
    this.#options.failed(error);
  }

  #rest(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#resting = () => {
      clearTimeout(timer);
      resolve();
    };
    return promise;
  }
}

/** What the client says, as ours. */
function brokerError(error: unknown): BrokerError {
  if (error instanceof BrokerError) return error;
  return new BrokerError(error instanceof Error ? error.message : String(error), { cause: error });
}

/** Waits for the work, but no longer than so long. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, ms);
  await Promise.race([work, over.promise]);
  clearTimeout(timer);
}

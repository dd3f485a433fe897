import type { NatsConnection, Subscription } from "@nats-io/transport-node";
import { NATS, ROUTER } from "../../lib/limits.ts";
import type { Dial } from "./dial.ts";
import { Outflow } from "./outflow.ts";
import { successorOf } from "./successor.ts";
import { rest } from "../rest.ts";
import { BrokerError } from "../router.ts";

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
  /** A subject on which nobody else says anything; see {@linkcode successorOf}. */
  readonly probe: string;
  /** It is connected, for the first time or again, or to another server: what others said meanwhile may be lost. */
  readonly joined: () => void;
  /** Is told of what went wrong; of what goes wrong again and again, once. */
  readonly failed: (error: unknown) => void;
}

/** How a subject is listened to. */
export interface ListenOptions {
  /** Of all who listen with the same one, one hears a message. */
  readonly queue?: string;
  /**
   * Nothing is missed while one server takes over from another. Without a queue a message may then be heard twice.
   *
   * @default {false}
   */
  readonly gapless?: boolean;
}

interface BrokerSubscription extends ListenOptions {
  readonly subject: string;
  readonly hear: (incoming: Incoming) => void;
  /** Two while one server takes over from another. */
  readonly subscriptions: Map<NatsConnection, Subscription>;
}

/**
 * A connection to NATS that is made again for ever, and beside the one that there is where its server says that it
 * leaves. What is sent while there is none is not sent later.
 */
export class Broker implements AsyncDisposable {
  readonly #options: BrokerOptions;
  readonly #listenings = new Set<BrokerSubscription>();
  readonly #running: Promise<void>;
  readonly #stopping = new AbortController();
  /** Those whose server leaves, until all that was on its way over them is heard. */
  readonly #leaving = new Set<Promise<void>>();
  #now: { readonly connection: NatsConnection; readonly outflow: Outflow } | undefined;
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
   */
  listen(subject: string, hear: (incoming: Incoming) => void, options: ListenOptions = {}): Disposable {
    const listening: BrokerSubscription = { subject, hear, ...options, subscriptions: new Map() };
    this.#listenings.add(listening);
    if (this.#now && this.connected) this.#subscribe(this.#now.connection, listening);
    return {
      [Symbol.dispose]: () => {
        if (!this.#listenings.delete(listening)) return;
        // What is on its way is still heard.
        for (const subscription of listening.subscriptions.values()) subscription.drain().catch(() => {});
      },
    };
  }

  /** Sends what was said last and hangs up. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    const connection = this.#now?.connection;
    if (connection) {
      await within(NATS.flushMs, connection.flush().catch(() => {}));
      await connection.close();
    }
    await this.#running;
    await Promise.all(this.#leaving);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    let next: NatsConnection | undefined;
    while (!signal.aborted) {
      try {
        next = await this.#use(next ?? await this.#options.dial(signal));
      } catch (error) {
        next = undefined;
        this.#tell(brokerError(error));
      }
      if (!next) await rest(NATS.retryMs + Math.random() * NATS.retryJitterMs, signal);
    }
    await next?.close();
  }

  /** Uses the connection until it breaks, or its server leaves and there is another one. @returns that one */
  async #use(connection: NatsConnection): Promise<NatsConnection | undefined> {
    if (this.#stopping.signal.aborted) return void await connection.close();
    const leaves = Promise.withResolvers<void>();
    const watching = this.#watchOver(connection, leaves.resolve);
    let next: NatsConnection | undefined;
    try {
      this.#takeOver(connection);
      await Promise.race([leaves.promise, connection.closed()]);
      next = await this.#successorOf(connection);
      if (!next) this.#tell(new BrokerError("The connection broke", { cause: await connection.closed() }));
      // Until the other one is used this one is.
      return next;
    } finally {
      if (!next) {
        this.#now = undefined;
        await watching;
        this.#forget(connection);
      }
    }
  }

  /** Uses this connection from now on, and the one before only for what is on its way over it. */
  #takeOver(connection: NatsConnection): void {
    const old = this.#now?.connection;
    this.#now = { connection, outflow: new Outflow(connection) };
    for (const listening of this.#listenings) {
      // It would be heard twice. What is missed is read anew when the old server is left.
      if (old && !listening.gapless) listening.subscriptions.get(old)?.unsubscribe();
      this.#subscribe(connection, listening);
    }
    if (!old || old.isClosed()) return this.#join();
    const leaving: Promise<void> = this.#leave(old).finally(() => this.#leaving.delete(leaving));
    this.#leaving.add(leaving);
  }

  async #leave(old: NatsConnection): Promise<void> {
    await rest(NATS.besideMs, this.#stopping.signal);
    await within(NATS.flushMs, old.drain().catch(() => {}));
    await old.close();
    this.#forget(old);
    // Where it has broken meanwhile this follows when it is made again.
    if (this.connected && !this.#stopping.signal.aborted) this.#join();
  }

  #join(): void {
    this.#told.clear();
    this.#guard(() => this.#options.joined());
  }

  #forget(connection: NatsConnection): void {
    for (const { subscriptions } of this.#listenings) subscriptions.delete(connection);
  }

  /** Another connection for one whose server leaves; `undefined`: the one that there was is over. */
  async #successorOf(connection: NatsConnection): Promise<NatsConnection | undefined> {
    if (connection.isClosed()) return undefined;
    const { dial, probe } = this.#options;
    const { signal: stop } = this.#stopping;
    return await successorOf(connection, { dial, probe, stop, failed: (error) => this.#tell(error) });
  }

  async #watchOver(connection: NatsConnection, leaves: () => void): Promise<void> {
    // It may have been said while the connection was tried.
    if (connection.info?.ldm) leaves();
    for await (const status of connection.status()) {
      if (status.type === "error") this.#tell(brokerError(status.error));
      else if (status.type === "ldm") leaves();
    }
  }

  #subscribe(connection: NatsConnection, listening: BrokerSubscription): void {
    const { subject, queue } = listening;
    const subscription = connection.subscribe(subject, {
      ...(queue === undefined ? {} : { queue }),
      callback: (error, { subject, reply = "", data, headers }) => {
        // Errors come in as a status, too.
        if (error) return;
        const isNobody = data.length === 0 && headers?.code === 503;
        // A throw would end the client's reading for good, without a word.
        this.#guard(() => listening.hear({ subject, reply, bytes: data, isNobody }));
      },
    });
    listening.subscriptions.set(connection, subscription);
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

import type { NatsConnection, Subscription } from "@nats-io/transport-node";
import { delay } from "../../lib/concurrency/delay.ts";
import { withTimeout } from "../../lib/concurrency/timeout.ts";
import { NATS, ROUTER } from "../../lib/limits.ts";
import type { Dial } from "./dial.ts";
import { SendBacklog } from "./send_backlog.ts";
import { connectReplacement } from "./replacement.ts";
import { BrokerError } from "../router.ts";

/** What is not flushed by then is lost. */
const FLUSH_TIMEOUT = { ms: NATS.flushMs, fallback: () => {} };

/** A message that came in on a subject. */
export interface IncomingMessage {
  readonly subject: string;
  /** The subject to answer on; empty: no answer is wanted. */
  readonly reply: string;
  readonly bytes: Uint8Array;
  /** Whether the server sent it instead of an answer, since the request's subject has no subscriber. */
  readonly isNoResponders: boolean;
}

/** Why a message was not sent: there is no connection, too many bytes wait to be sent, or the message is too large. */
export type SendFailure = "unreachable" | "full" | "too-large";

/** What a {@linkcode Broker} needs. */
export interface BrokerOptions {
  readonly dial: Dial;
  /** A subject on which only this isolate publishes; see {@linkcode connectReplacement}. */
  readonly probe: string;
  /** Called when it is connected, for the first time, again, or to another server: messages may have been missed. */
  readonly joined: () => void;
  /** Is told of failures; of one that repeats until it is connected again, once. */
  readonly failed: (error: unknown) => void;
}

/** How a subscription receives. */
export interface ListenOptions {
  /** The queue group: one of its subscriptions receives each message. */
  readonly queue?: string;
  /**
   * Whether no message is missed while another server takes over. Without a queue group one may then come twice.
   *
   * @default {false}
   */
  readonly gapless?: boolean;
}

interface BrokerSubscription extends ListenOptions {
  readonly subject: string;
  readonly receive: (message: IncomingMessage) => void;
  /** By connection: two while another server takes over. */
  readonly subscriptions: Map<NatsConnection, Subscription>;
}

/**
 * A connection to NATS that is made again whenever it breaks, and made to another server before the present one leaves.
 * What cannot be sent at once is not sent later.
 */
export class Broker implements AsyncDisposable {
  readonly #options: BrokerOptions;
  readonly #subscriptions = new Set<BrokerSubscription>();
  readonly #running: Promise<void>;
  readonly #stopping = new AbortController();
  /** Old connections whose server leaves, until what was on its way over them has arrived. */
  readonly #leaving = new Set<Promise<void>>();
  #current: { readonly connection: NatsConnection; readonly backlog: SendBacklog } | undefined;
  readonly #reported = new Set<string>();

  constructor(options: BrokerOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  get connected(): boolean {
    return this.#current?.connection.isClosed() === false;
  }

  /** Sends the message, now or not at all. @returns why it was not sent; `undefined`: it was sent */
  send(subject: string, bytes: Uint8Array, reply = ""): SendFailure | undefined {
    if (!this.#current || !this.connected) return "unreachable";
    const { connection, backlog } = this.#current;
    const bytesMax = Math.min(ROUTER.payloadBytesMax, connection.info?.max_payload ?? Infinity);
    if (bytes.length > bytesMax) return "too-large";
    if (backlog.isFull) {
      this.#report(new BrokerError("It is too slow: nothing is sent until it has caught up"));
      return "full";
    }
    connection.publish(subject, bytes, { reply });
    backlog.add(bytes.length);
    return undefined;
  }

  /**
   * Receives the messages of the subject, over this connection and all later ones. Once disposed of it receives only
   * those that are on their way already.
   */
  listen(
    subject: string,
    receive: (message: IncomingMessage) => void,
    options: ListenOptions = {},
  ): Disposable {
    const added: BrokerSubscription = { subject, receive, ...options, subscriptions: new Map() };
    this.#subscriptions.add(added);
    if (this.#current && this.connected) this.#subscribe(this.#current.connection, added);
    return {
      [Symbol.dispose]: () => {
        if (!this.#subscriptions.delete(added)) return;
        for (const subscription of added.subscriptions.values()) subscription.drain().catch(() => {});
      },
    };
  }

  /** Sends what is still buffered, for `NATS.flushMs` at most, and closes the connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    const connection = this.#current?.connection;
    if (connection) {
      await withTimeout(connection.flush(), FLUSH_TIMEOUT).catch(() => {});
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
        this.#report(brokerError(error));
      }
      if (!next) await delay(NATS.retryMs + Math.random() * NATS.retryJitterMs, { signal });
    }
    await next?.close();
  }

  /** Uses the connection until it breaks, or until its server leaves and is replaced. @returns the replacement */
  async #use(connection: NatsConnection): Promise<NatsConnection | undefined> {
    if (this.#stopping.signal.aborted) return void await connection.close();
    const leaves = Promise.withResolvers<void>();
    const watching = this.#watchStatus(connection, leaves.resolve);
    let next: NatsConnection | undefined;
    try {
      this.#takeOver(connection);
      await Promise.race([leaves.promise, connection.closed()]);
      next = await this.#replacementFor(connection);
      if (!next) this.#report(new BrokerError("The connection broke", { cause: await connection.closed() }));
      return next;
    } finally {
      // Otherwise this connection stays in use until the replacement takes over.
      if (!next) {
        this.#current = undefined;
        await watching;
        this.#forget(connection);
      }
    }
  }

  /** Sends over this connection from now on. The one before only receives what is on its way over it. */
  #takeOver(connection: NatsConnection): void {
    const old = this.#current?.connection;
    this.#current = { connection, backlog: new SendBacklog(connection) };
    for (const added of this.#subscriptions) {
      // Otherwise messages would come twice. What is missed is read anew when the old connection ends.
      if (old && !added.gapless) added.subscriptions.get(old)?.unsubscribe();
      this.#subscribe(connection, added);
    }
    if (!old || old.isClosed()) return this.#join();
    const leaving: Promise<void> = this.#leave(old).finally(() => this.#leaving.delete(leaving));
    this.#leaving.add(leaving);
  }

  async #leave(old: NatsConnection): Promise<void> {
    await delay(NATS.besideMs, { signal: this.#stopping.signal });
    await withTimeout(old.drain(), FLUSH_TIMEOUT).catch(() => {});
    await old.close();
    this.#forget(old);
    // If the new connection has broken meanwhile, this follows when it is made again.
    if (this.connected && !this.#stopping.signal.aborted) this.#join();
  }

  #join(): void {
    this.#reported.clear();
    this.#guard(() => this.#options.joined());
  }

  #forget(connection: NatsConnection): void {
    for (const { subscriptions } of this.#subscriptions) subscriptions.delete(connection);
  }

  /** A connection to another server; `undefined`: the present one closed first. */
  async #replacementFor(connection: NatsConnection): Promise<NatsConnection | undefined> {
    if (connection.isClosed()) return undefined;
    const { dial, probe } = this.#options;
    const { signal: stop } = this.#stopping;
    return await connectReplacement(connection, {
      dial,
      probe,
      stop,
      failed: (error) => this.#report(error),
    });
  }

  async #watchStatus(connection: NatsConnection, leaves: () => void): Promise<void> {
    // The server may have announced it before the connection was in use.
    if (connection.info?.ldm) leaves();
    for await (const status of connection.status()) {
      if (status.type === "error") this.#report(brokerError(status.error));
      else if (status.type === "ldm") leaves();
    }
  }

  #subscribe(connection: NatsConnection, added: BrokerSubscription): void {
    const { subject, queue } = added;
    const subscription = connection.subscribe(subject, {
      ...(queue === undefined ? {} : { queue }),
      callback: (error, { subject, reply = "", data, headers }) => {
        // Errors are reported as a status, too.
        if (error) return;
        const isNoResponders = data.length === 0 && headers?.code === 503;
        // A throw would end the client's reading for good, without a report.
        this.#guard(() => added.receive({ subject, reply, bytes: data, isNoResponders }));
      },
    });
    added.subscriptions.set(connection, subscription);
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#options.failed(error);
    }
  }

  /** Reports each message once until it is connected again. */
  #report(error: BrokerError): void {
    const { message } = error;
    if (
      this.#stopping.signal.aborted || this.#reported.has(message) ||
      this.#reported.size === NATS.failuresToldMax
    ) return;
    this.#reported.add(message);
    this.#options.failed(error);
  }
}

/** The client's error as a `BrokerError`. */
function brokerError(error: unknown): BrokerError {
  if (error instanceof BrokerError) return error;
  return new BrokerError(error instanceof Error ? error.message : String(error), { cause: error });
}

import { backoffMs } from "../../lib/concurrency/backoff.ts";
import { type DtuDisconnectReason, DtuSocket } from "./dtu_socket.ts";
import type { DialerOptions, DtuState } from "../options_dtu.ts";
import type { Random } from "../delay_range.ts";

export interface DialerHooks {
  readonly now: () => number;
  readonly random: Random;
  readonly online: () => void;
  readonly offline: (reason: DtuDisconnectReason) => void;
  readonly dialFailed: (cause: unknown) => void;
  readonly received: (bytes: Uint8Array) => void;
  /** {@linkcode Dialer.nextAt} has become earlier. */
  readonly rescheduled: () => void;
}

/**
 * Dials for a DTU, and ends its connections: back-off, dying, dropping. It keeps one connection at a time,
 * besides those that died without a FIN. Its owner calls {@linkcode tick}.
 */
export class Dialer implements AsyncDisposable {
  readonly #options: DialerOptions;
  readonly #hooks: DialerHooks;
  readonly #frozen = new Set<DtuSocket>();
  #running: Promise<void> | undefined;
  #state: DtuState["status"] = "waiting";
  #since = -Infinity;
  #dialAt: number;
  #wake: (() => void) | undefined;
  #dialing: AbortController | undefined;
  #socket: DtuSocket | undefined;
  #online = newOnline();
  /** Connections that failed or ended since the server last said anything. */
  #failures = 0;

  constructor(options: DialerOptions, hooks: DialerHooks) {
    this.#options = options;
    this.#hooks = hooks;
    this.#dialAt = hooks.now() + (options.dialAfterMs ?? 0);
  }

  /** Starts dialling; the hooks are called from now on. */
  start(): void {
    this.#running ??= this.#run();
  }

  get state(): DtuState {
    if (this.#state === "waiting") return { status: "waiting", dialAt: this.#dialAt };
    return this.#state === "online" ? { status: "online", since: this.#since } : { status: this.#state };
  }

  /** Resolves while the connection stands, else with the next one; rejects when the DTU ends before. */
  get connected(): Promise<void> {
    return this.#online.promise;
  }

  /** The connection that stands. */
  get socket(): DtuSocket | undefined {
    return this.#socket;
  }

  /** When {@linkcode tick} has something to do next, in ms. */
  get nextAt(): number {
    return this.#wake === undefined ? Infinity : this.#dialAt;
  }

  /** Dials when it is time to. */
  tick(now: number): void {
    if (now < this.nextAt) return;
    this.#wake?.();
    this.#wake = undefined;
  }

  freeze(): void {
    if (this.#socket === undefined) return;
    this.#frozen.add(this.#socket);
    this.#socket.freeze();
  }

  drop(awayMs?: number): void {
    for (const socket of this.#frozen) socket.close("dropped");
    this.#dialing?.abort();
    this.#socket?.close("dropped");
    this.#dialIn(awayMs ?? this.#backOffMs());
  }

  redial(): void {
    this.#socket?.close("dropped");
    this.#dialIn(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#state = "ended";
    this.#dialing?.abort();
    this.#socket?.close("disposed");
    this.#wake?.();
    this.#online.reject(new Error("Cannot connect: the DTU was ended"));
    await this.#running;
    for (const socket of this.#frozen) await socket[Symbol.asyncDispose]();
    this.#frozen.clear();
  }

  async #run(): Promise<void> {
    while (this.#state !== "ended") {
      await this.#waitUntilDialTime();
      await this.#disposeFrozen();
      const conn = await this.#dial();
      if (conn === undefined) continue;
      const socket = this.#useConnection(conn);
      await socket.ended;
      if (!this.#frozen.has(socket)) await socket[Symbol.asyncDispose]();
    }
  }

  async #waitUntilDialTime(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    this.#hooks.rescheduled();
    await promise;
  }

  async #disposeFrozen(): Promise<void> {
    for (const socket of this.#frozen) {
      if (!socket.isClosed) continue;
      this.#frozen.delete(socket);
      await socket[Symbol.asyncDispose]();
    }
  }

  async #dial(): Promise<Deno.TcpConn | undefined> {
    if (this.#isEnded()) return undefined;
    this.#state = "dialing";
    const { hostname, port } = this.#options;
    const dialing = this.#dialing = new AbortController();
    try {
      const conn = await Deno.connect({ hostname, port, signal: dialing.signal });
      if (!dialing.signal.aborted) return conn;
      conn.close();
    } catch (cause) {
      if (!dialing.signal.aborted) this.#dialFailed(cause);
    } finally {
      this.#dialing = undefined;
    }
    return undefined;
  }

  #dialFailed(cause: unknown): void {
    this.#hooks.dialFailed(cause);
    this.#dialIn(this.#backOffMs());
  }

  #useConnection(conn: Deno.TcpConn): DtuSocket {
    const socket = new DtuSocket(conn, {
      received: (bytes) => this.#received(bytes),
      ended: (reason) => this.#ended(reason),
    });
    this.#socket = socket;
    this.#state = "online";
    this.#since = this.#hooks.now();
    this.#hooks.online();
    this.#online.resolve();
    return socket;
  }

  #received(bytes: Uint8Array): void {
    // Once a server has sent something there is no reason to back off.
    this.#failures = 0;
    this.#hooks.received(bytes);
  }

  #ended(reason: DtuDisconnectReason): void {
    this.#socket = undefined;
    this.#online = newOnline();
    this.#hooks.offline(reason);
    if (this.#isEnded()) return;
    this.#dialIn(reason === "frozen" ? Infinity : this.#backOffMs());
    if (reason === "frozen") this.#state = "frozen";
  }

  #backOffMs(): number {
    const [firstMs, maxMs] = this.#options.redialMs ?? [1_000, 30_000];
    return backoffMs(this.#failures++, { firstMs, maxMs, random: this.#hooks.random() });
  }

  #dialIn(ms: number): void {
    if (this.#isEnded()) return;
    this.#dialAt = this.#hooks.now() + ms;
    this.#state = "waiting";
    this.#hooks.rescheduled();
  }

  /** A function, since the type checker does not see that an await may change the state. */
  #isEnded(): boolean {
    return this.#state === "ended";
  }
}

function newOnline(): PromiseWithResolvers<void> {
  const online = Promise.withResolvers<void>();
  // A caller that waits for the connection sees the rejection; without one it must not count as unhandled.
  online.promise.catch(() => {});
  return online;
}

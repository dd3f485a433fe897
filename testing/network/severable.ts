/**
 * A TCP connection that can be cut as a network can: nothing arrives any more, and neither end is told.
 *
 * @module
 */

/** Passes bytes on to another address until it is cut. */
export class SeverableLine implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #to: { hostname: string; port: number };
  readonly #conns = new Set<Deno.TcpConn>();
  readonly #running = new Set<Promise<void>>();
  #cut: PromiseWithResolvers<void> | undefined;

  constructor(to: { hostname: string; port: number }) {
    this.#to = to;
    this.#own(this.#accept());
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  /** From now on nothing arrives, also over new connections. */
  cut(): void {
    this.#cut ??= Promise.withResolvers();
  }

  /** What was sent meanwhile arrives, late. */
  mend(): void {
    this.#cut?.resolve();
    this.#cut = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.mend();
    for (const conn of this.#conns) conn[Symbol.dispose]();
    await Promise.all(this.#running);
  }

  async #accept(): Promise<void> {
    try {
      for await (const conn of this.#listener) this.#own(this.#join(conn));
    } catch {
      // Closed.
    }
  }

  async #join(near: Deno.TcpConn): Promise<void> {
    this.#conns.add(near);
    try {
      await this.#cut?.promise;
      const far = await Deno.connect(this.#to);
      this.#conns.add(far);
      await Promise.race([this.#pass(near, far), this.#pass(far, near)]);
      far[Symbol.dispose]();
      this.#conns.delete(far);
    } catch {
      // No server listens there.
    }
    near[Symbol.dispose]();
    this.#conns.delete(near);
  }

  async #pass(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    try {
      while (true) {
        const length = await from.read(buffer);
        if (length === null) return;
        await this.#cut?.promise;
        for (let sent = 0; sent < length;) sent += await to.write(buffer.subarray(sent, length));
      }
    } catch {
      // One of the two ends is gone.
    }
  }

  #own(work: Promise<void>): void {
    const owned: Promise<void> = work.finally(() => this.#running.delete(owned));
    this.#running.add(owned);
  }
}

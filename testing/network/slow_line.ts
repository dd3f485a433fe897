/**
 * A TCP connection as over a poor mobile network: with latency, and with limited bandwidth.
 *
 * @module
 */

/** Latency and bandwidth of the network. */
export interface NetworkLimits {
  /** From one end to the other and back, in milliseconds. */
  readonly roundTripMs: number;
  /** Bandwidth of all connections together, in each direction. */
  readonly bytesPerSecond: number;
  /** Round trips before the first byte may leave: one for TCP, one more for TLS. */
  readonly handshakes: number;
}

/** One direction of the network, which all connections share. */
class Lane {
  readonly #limits: NetworkLimits;
  #freeAt = 0;

  constructor(limits: NetworkLimits) {
    this.#limits = limits;
  }

  /** When bytes that are sent now have all arrived. */
  arrivesAt(bytes: number): number {
    const { roundTripMs, bytesPerSecond } = this.#limits;
    const begins = Math.max(performance.now(), this.#freeAt);
    this.#freeAt = begins + bytes / bytesPerSecond * 1000;
    return this.#freeAt + roundTripMs / 2;
  }
}

/** Bytes of one packet. */
const PACKET_BYTES = 1_400;
/** Packets on their way in one direction of a connection; then the sender waits. */
const WINDOW_PACKETS = 45;

/** Passes bytes on to another address. */
export class SlowLine implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #to: () => { hostname: string; port: number };
  readonly #limits: NetworkLimits;
  readonly #up: Lane;
  readonly #down: Lane;
  readonly #conns = new Set<Deno.TcpConn>();
  readonly #running = new Set<Promise<void>>();
  #bytesDown = 0;

  /** @param to called at each connection, since the server there may have to know this line's port first */
  constructor(to: () => { hostname: string; port: number }, limits: NetworkLimits) {
    this.#to = to;
    this.#limits = limits;
    this.#up = new Lane(limits);
    this.#down = new Lane(limits);
    this.#own(this.#accept());
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  /** How many bytes came back so far. */
  get bytesDown(): number {
    return this.#bytesDown;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
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
    const { handshakes, roundTripMs } = this.#limits;
    await pause(handshakes * roundTripMs);
    try {
      const far = await Deno.connect(this.#to());
      this.#conns.add(far);
      const down = this.#pass(far, near, { lane: this.#down, count: (bytes) => this.#bytesDown += bytes });
      const up = this.#pass(near, far, { lane: this.#up, count: () => {} });
      await Promise.race([up, down]);
      far[Symbol.dispose]();
      this.#conns.delete(far);
    } catch {
      // No server listens there.
    }
    near[Symbol.dispose]();
    this.#conns.delete(near);
  }

  async #pass(
    from: Deno.TcpConn,
    to: Deno.TcpConn,
    { lane, count }: { lane: Lane; count: (bytes: number) => void },
  ): Promise<void> {
    const buffer = new Uint8Array(PACKET_BYTES);
    const underWay: Promise<void>[] = [];
    let last = Promise.resolve();
    try {
      while (true) {
        const length = await from.read(buffer);
        if (length === null) break;
        count(length);
        const packet = buffer.slice(0, length);
        const arrives = pause(lane.arrivesAt(length) - performance.now());
        const before = last;
        // One of the two ends may be gone by then.
        last = arrives.then(() => before).then(() => writeAll(to, packet)).catch(() => {});
        underWay.push(last);
        if (underWay.length > WINDOW_PACKETS) await underWay.shift();
      }
      await last;
    } catch {
      // One of the two ends is gone.
    }
  }

  #own(work: Promise<void>): void {
    const owned: Promise<void> = work.finally(() => this.#running.delete(owned));
    this.#running.add(owned);
  }
}

async function writeAll(to: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await to.write(bytes.subarray(sent));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}

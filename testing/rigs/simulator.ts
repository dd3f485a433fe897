/**
 * What the simulator's tests share: hex, waiting with a deadline, and a server that remembers what it
 * received.
 *
 * @module
 */
import type { SimulatedBus } from "../../src/simulator/bus_events.ts";

/** Bytes from hex with or without spaces. */
export function hex(text: string): Uint8Array {
  return Uint8Array.fromHex(text.replaceAll(" ", ""));
}

/** Bytes as upper-case hex with spaces. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join(" ");
}

/** Everything that the bus sends up to `now` in ms. */
export function heard(bus: SimulatedBus, now: number): string[] {
  return bus.poll(now).map(toHex);
}

/** Sends one request at `now` in ms and returns all that the bus answers within 10 s, as long as an open-all takes. */
export function asked(bus: SimulatedBus, request: string, now = 0): string[] {
  bus.receive(hex(request), now);
  return heard(bus, now + 10_000);
}

/** Calls `look` until it returns something; after the deadline the error contains what `saw` returns. */
export async function until<T>(
  look: () => T | undefined | false,
  { deadlineMs = 5_000, saw = () => "nothing" }: { deadlineMs?: number; saw?: () => unknown } = {},
): Promise<T> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`Waited ${deadlineMs} ms in vain; saw ${Deno.inspect(saw())}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** One connection as the server sees it. */
export class Seen {
  readonly conn: Deno.Conn;
  /** The bytes of each read. */
  readonly reads: Uint8Array[] = [];
  isClosed = false;

  constructor(conn: Deno.Conn) {
    this.conn = conn;
  }

  /** All received bytes, as hex. */
  get hex(): string {
    return toHex(Uint8Array.of(...this.reads.flatMap((read) => [...read])));
  }

  /** Waits until exactly these bytes were received. */
  async has(expected: string): Promise<void> {
    await until(() => this.hex === expected, { saw: () => this.hex });
  }

  async send(text: string): Promise<void> {
    await this.conn.write(hex(text));
  }

  /** Closes the server's end. Closing twice is harmless. */
  close(): void {
    if (!this.isClosed) this.conn.close();
    this.isClosed = true;
  }

  /** Reads until either end closes. */
  async read(): Promise<void> {
    const buffer = new Uint8Array(512);
    for (;;) {
      const count = await this.conn.read(buffer).catch(() => null);
      if (count === null) return this.close();
      this.reads.push(buffer.slice(0, count));
    }
  }
}

/** A server on a free port of this machine. */
export class TestServer implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #port = this.#listener.addr.port;
  readonly #tasks = new Set<Promise<void>>([this.#accept()]);
  readonly seen: Seen[] = [];
  #isEnded = false;

  get address(): { hostname: string; port: number } {
    return { hostname: "127.0.0.1", port: this.#port };
  }

  /** The connection with this index, from 0, as soon as there is one. */
  async connection(index: number): Promise<Seen> {
    return await until(() => this.seen[index], { saw: () => `${this.seen.length} connections` });
  }

  /** Stops listening and closes all connections. Ending twice is harmless. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isEnded) this.#listener.close();
    this.#isEnded = true;
    for (const seen of this.seen) seen.close();
    await Promise.all(this.#tasks);
  }

  async #accept(): Promise<void> {
    for await (const conn of this.#listener) {
      const seen = new Seen(conn);
      this.seen.push(seen);
      this.#tasks.add(seen.read());
    }
  }
}

/**
 * The server under test, on a free port, and clients that speak HTTP by hand.
 *
 * @module
 */
import { HTTP } from "../../src/lib/limits.ts";
import type { HangUp } from "../../src/http/server/connection.ts";
import type { HttpTimes } from "../../src/http/server/connections.ts";
import { HttpServer } from "../../src/http/server/http_server.ts";
import type { Handler } from "../../src/http/server/node_server.ts";

/** How often connections are looked at, unless a test says otherwise. */
export const LOOK_MS = 20;

/** What a test sets; the rest is as in the program. */
export interface RigOptions {
  readonly port?: number;
  readonly times?: Partial<HttpTimes>;
  readonly limits?: { readonly max: number; readonly perNetworkMax: number };
  /** @default {1} */
  readonly isolates?: number;
  /** Whether time goes by only as `skip` says. @default {false} */
  readonly isClockStill?: boolean;
}

/** A running server, and what it has told. */
export interface Rig extends Disposable {
  readonly server: HttpServer;
  readonly port: number;
  /** How many WebSockets it counts. */
  readonly sockets: { readonly total: number };
  readonly hungUp: readonly string[];
  readonly failures: readonly unknown[];
  /** Listens there when it listens the next time. */
  moveTo(hostname: string): void;
  /** Lets that time go by for what looks after connections. */
  skip(ms: number): void;
}

/** A server that answers with `handler`. */
export async function serve(
  handler: Handler,
  { port = 0, times, limits = { max: 100, perNetworkMax: 100 }, isolates = 1, isClockStill = false }:
    RigOptions = {},
): Promise<Rig> {
  const sockets = { total: 0, add: (count: number) => void (sockets.total += count) };
  const hungUp: string[] = [];
  const failures: unknown[] = [];
  let skippedMs = 0;
  const options = {
    hostname: "127.0.0.1",
    port,
    isolates,
    backlog: 64,
    limits: { max: limits.max, perNetworkMax: () => limits.perNetworkMax },
    times: { ...HTTP, lookMs: LOOK_MS, ...times },
    sockets,
    hungUp: (network: string, why: HangUp) => void hungUp.push(`${network} ${why}`),
    failed: (error: unknown) => void failures.push(error),
    now: () => (isClockStill ? 0 : performance.now()) + skippedMs,
  };
  const server = await HttpServer.listen(handler, options);
  return {
    server,
    sockets,
    hungUp,
    failures,
    port: server.addr.port,
    skip: (ms: number) => void (skippedMs += ms),
    moveTo: (hostname: string) => void (options.hostname = hostname),
    [Symbol.dispose]: () => server[Symbol.dispose](),
  };
}

/** A connection on which a test says what it likes. */
export class Client implements Disposable {
  readonly #conn: Deno.TcpConn;
  /** All that was answered, a character for each byte. */
  heard = "";
  isEnded = false;
  readonly reading: Promise<void> | undefined;

  private constructor(conn: Deno.TcpConn, { isDeaf }: { isDeaf: boolean }) {
    this.#conn = conn;
    if (!isDeaf) this.reading = this.#read();
  }

  /** @param options.isDeaf it reads nothing. @default {false} */
  static async connect(port: number, { isDeaf = false }: { isDeaf?: boolean } = {}): Promise<Client> {
    return new Client(await Deno.connect({ hostname: "127.0.0.1", port }), { isDeaf });
  }

  /** Sends it; a server that has hung up is not an error. */
  async say(what: string | Uint8Array): Promise<void> {
    const bytes = typeof what === "string" ? new TextEncoder().encode(what) : what;
    try {
      for (let sent = 0; sent < bytes.length;) sent += await this.#conn.write(bytes.subarray(sent));
    } catch {
      this.isEnded = true;
    }
  }

  /** No more is said. */
  async finish(): Promise<void> {
    await this.#conn.closeWrite();
  }

  [Symbol.dispose](): void {
    this.#conn[Symbol.dispose]();
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    try {
      for (let length; (length = await this.#conn.read(buffer)) !== null;) {
        this.heard += String.fromCharCode(...buffer.subarray(0, length));
      }
    } catch {
      // Reset, or closed by the test.
    }
    this.isEnded = true;
  }
}

/** The request that opens a WebSocket. */
export function upgrade(path: string, { headers = [] }: { headers?: readonly string[] } = {}): string {
  return [
    `GET ${path} HTTP/1.1`,
    "Host: k",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ...headers,
    "\r\n",
  ].join("\r\n");
}

/**
 * A frame as a client sends it, masked with zeros.
 *
 * @param head the first byte: whether it is the last, and the kind
 * @param options.length what its head says, where that is not the payload's length
 */
export function frame(head: number, payload: Uint8Array, { length = payload.length } = {}): Uint8Array {
  const bytes = length < 126
    ? [head, 0x80 | length]
    : length < 65_536
    ? [head, 0xfe, length >> 8, length & 0xff]
    : [head, 0xff, ...new Uint8Array(new BigUint64Array([BigInt(length)]).buffer).reverse()];
  return Uint8Array.from([...bytes, 0, 0, 0, 0, ...payload]);
}

/**
 * Floods of connections that strangers can make, each kind as many at once as is wanted, all the time: what is hung up on
 * dials again.
 *
 * @module
 */
import { connect, type Socket } from "node:net";

/** What a connection of that kind says at once; the rest comes by itself. */
const OPENINGS = {
  /** Says nothing. */
  silent: () => "",
  /** Half a request's head. */
  "half-head": () => "GET / HTTP/1.1\r\nHost: k\r\nX-",
  /** A head that comes a byte each second. */
  "slow-head": () => "GET / HTTP/1.1\r\nHost: k\r\nX-",
  /** A body that comes a byte each second. */
  "slow-body": () => "POST /wechat/mini/session HTTP/1.1\r\nHost: k\r\nContent-Length: 9000\r\n\r\n",
  /** A request that is answered, and then none. */
  "keep-alive": () => "GET /healthz HTTP/1.1\r\nHost: k\r\n\r\n",
  /** A WebSocket of a guest. */
  websocket: (cookie: string) =>
    [
      "GET /ws?cabinet=flood HTTP/1.1",
      "Host: k",
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
      `Cookie: ${cookie}`,
      "\r\n",
    ].join("\r\n"),
  /** A device that says a byte of its registration. */
  device: () => "I",
} as const;

/** A kind of connection. */
export type FloodKind = keyof typeof OPENINGS;

/** All kinds. */
export const FLOOD_KINDS = Object.keys(OPENINGS) as FloodKind[];

/** How long a connection that was hung up on waits before it dials again. */
const AGAIN_MS = 50;

/** Whom to flood, and how. */
export interface FloodOptions {
  readonly httpPort: number;
  readonly devicePort: number;
  /** Connections of each kind at once. */
  readonly each: number;
  /** Address on the loopback network that they come from. */
  readonly from: string;
  readonly kinds?: readonly FloodKind[];
  /** Sessions of guests, for WebSockets on the cabinet `flood`. */
  readonly cookies?: readonly string[];
}

/** Strangers' connections, opened again as they are closed, until it is disposed of. */
export class Flood implements Disposable {
  readonly #options: FloodOptions;
  readonly #sockets = new Set<Socket>();
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  readonly #dripping: ReturnType<typeof setInterval>;
  readonly #slow = new Set<Socket>();
  #isOver = false;
  /** How often a connection was made, and how often one was hung up on, by kind. */
  readonly counts: Record<FloodKind, { made: number; ended: number }>;

  constructor(options: FloodOptions) {
    this.#options = options;
    const { kinds = FLOOD_KINDS, each } = options;
    this.counts = Object.fromEntries(
      FLOOD_KINDS.map((kind) => [kind, { made: 0, ended: 0 }]),
    ) as typeof this.counts;
    for (const kind of kinds) for (let index = 0; index < each; index++) this.#dial(kind, index);
    this.#dripping = setInterval(() => {
      for (const socket of this.#slow) socket.write("x");
    }, 1_000);
  }

  /** How many connections it has. */
  get open(): number {
    return this.#sockets.size;
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    clearInterval(this.#dripping);
    for (const timer of this.#timers) clearTimeout(timer);
    for (const socket of this.#sockets) socket.destroy();
  }

  #dial(kind: FloodKind, index: number): void {
    const { httpPort, devicePort, from: localAddress, cookies = [] } = this.#options;
    const port = kind === "device" ? devicePort : httpPort;
    const socket = connect({ host: "127.0.0.1", port, localAddress });
    this.#sockets.add(socket);
    socket.on("connect", () => {
      this.counts[kind].made++;
      socket.write(OPENINGS[kind](cookies[index % cookies.length] ?? ""));
      if (kind.startsWith("slow")) this.#slow.add(socket);
    });
    socket.on("data", () => {});
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#sockets.delete(socket);
      this.#slow.delete(socket);
      this.counts[kind].ended++;
      if (!this.#isOver) this.#again(() => this.#dial(kind, index));
    });
  }

  #again(dial: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      dial();
    }, AGAIN_MS);
    this.#timers.add(timer);
  }
}

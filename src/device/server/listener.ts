import { setImmediate } from "node:timers";
import type { SecureContext } from "node:tls";
import { delay } from "../../lib/concurrency/delay.ts";
import { DEVICE } from "../../lib/limits.ts";
import type { ConnectionCounter } from "../../lib/concurrency/shared_count.ts";
import { DeviceConnection } from "./connection.ts";
import type { DeviceConn, DeviceContext } from "../context.ts";
import { MissingProxyHeaderError, type PlainConn, ProxiedConn } from "../transport/proxied_conn.ts";
import { DeviceEntrance } from "../entrance/entrance.ts";
import { TlsHandshakes } from "../entrance/tls_handshakes.ts";
import { Networks } from "../../lib/networks.ts";
import { TlsConn } from "../transport/tls_conn.ts";
import type { Flood } from "../entrance/unknown_devices.ts";
import { TimerWheel } from "../../lib/concurrency/timer_wheel.ts";

/** The step of all connections' timer wheel: as fine as the shortest wait, `DEVICE.packetRestMs`. */
const WHEEL_STEP_MS = 10;

export interface DeviceAddresses {
  readonly hostname: string;
  /** Whether several isolates listen there. */
  readonly reusePort: boolean;
  readonly port: number;
  /** The port for TLS and the certificate for new connections; unset: no TLS. */
  readonly tls:
    | { readonly port: number; readonly certificate: { readonly context: SecureContext } }
    | undefined;
  /**
   * Addresses and networks of balancers. A connection from there has to say first, by the PROXY protocol,
   * where it comes from; a connection from elsewhere is a device, whatever it sends. @default {[]}
   */
  readonly proxies?: readonly string[];
}

export class DeviceListener implements AsyncDisposable {
  readonly #plain: Deno.TcpListener;
  readonly #tls: Deno.TcpListener | undefined;
  readonly #context: DeviceContext;
  readonly #connections = new Set<DeviceConnection>();
  readonly #open: ConnectionCounter;
  readonly #hasRoom: () => boolean;
  readonly #proxies: Networks;
  /** Connections of balancers whose header has not come yet, and the waiting for each. */
  readonly #awaitingHeader = new Map<Deno.TcpConn, Promise<void>>();
  readonly #entrance: DeviceEntrance;
  readonly #handshakes: TlsHandshakes;
  readonly #running = new Set<Promise<void>>();
  readonly #accepting: Promise<unknown>;
  /** How many connections were accepted, in all. */
  accepted = 0;

  /** @throws {Deno.errors.AddrInUse} if another program listens there */
  constructor(
    { port, tls, proxies = [], ...host }: DeviceAddresses,
    { open, hasRoom, newcomersMax, ...context }: Omit<DeviceContext, "wheel" | "isCrowded"> & {
      /** How many connections are open, over all isolates. */
      open: ConnectionCounter;
      /** Whether the program takes one more connection. */
      hasRoom: () => boolean;
      /** How many connections may be open here that serve no cabinet. */
      newcomersMax: number;
    },
  ) {
    this.#open = open;
    this.#hasRoom = hasRoom;
    this.#proxies = new Networks(proxies);
    const { now, report, records, wallClock } = context;
    const flooded = (flood: Flood) => {
      report({ type: "flood", ...flood });
      records.flooded(flood.count, wallClock());
    };
    this.#entrance = new DeviceEntrance({ newcomersMax, flooded, now });
    using stack = new DisposableStack();
    const listen = (port: number) => stack.use(Deno.listen({ ...host, port, tcpBacklog: DEVICE.backlogMax }));
    this.#plain = listen(port);
    this.#tls = tls && listen(tls.port);
    stack.move();
    this.#context = {
      ...context,
      wheel: new TimerWheel({ stepMs: WHEEL_STEP_MS, now }),
      isCrowded: () => this.#entrance.isCrowded,
    };
    this.#handshakes = new TlsHandshakes(now);
    this.#accepting = Promise.all([
      this.#accept(this.#plain, (conn) => conn),
      this.#tls && tls && this.#accept(this.#tls, (conn) => this.#overTls(conn, tls.certificate.context)),
    ]);
  }

  /** The address for plain connections. */
  get address(): Deno.NetAddr {
    return this.#plain.addr;
  }

  /** The address for TLS. */
  get tlsAddress(): Deno.NetAddr | undefined {
    return this.#tls?.addr;
  }

  get connections(): ReadonlySet<DeviceConnection> {
    return this.#connections;
  }

  /** Accepts no new connections; the open ones go on. */
  stopAccepting(): void {
    this.#plain[Symbol.dispose]();
    this.#tls?.[Symbol.dispose]();
  }

  /** Ends everything: no new connections, then the open ones, then the timer. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.stopAccepting();
    await this.#accepting;
    for (const conn of this.#awaitingHeader.keys()) conn[Symbol.dispose]();
    await Promise.all(this.#awaitingHeader.values());
    for (const connection of this.#connections) connection.close("stopping");
    await Promise.all(this.#running);
    this.#entrance[Symbol.dispose]();
    this.#handshakes[Symbol.dispose]();
    this.#context.wheel[Symbol.dispose]();
  }

  /**
   * `for await` over a listener ends for good on EMFILE, so this loop takes its place: it ends when the
   * listener is closed, and pauses after an error of the listener.
   */
  async #accept(listener: Deno.TcpListener, over: (conn: PlainConn) => DeviceConn): Promise<void> {
    for (let tried = 1;; tried++) {
      try {
        const conn = await listener.accept();
        if (!this.#proxies.has(conn.remoteAddr.hostname)) this.#take(over(conn));
        else if (this.#hasRoomFor(conn)) this.#awaitingHeader.set(conn, this.#takeProxied(conn, over));
      } catch (error) {
        if (error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted) return;
        if (!isPeerError(error)) await this.#pauseAfter(error);
      }
      if (tried % DEVICE.acceptPerTurn === 0) await nextEventLoopTurn();
    }
  }

  #overTls(conn: PlainConn, certificate: SecureContext): TlsConn {
    const { hostname } = conn.remoteAddr;
    return new TlsConn(conn, { certificate, waitForTurn: () => this.#handshakes.waitForTurn(hostname) });
  }

  async #pauseAfter(error: unknown): Promise<void> {
    this.#context.report({ type: "accept-failed", error });
    await delay(DEVICE.acceptBackoffMs);
  }

  /** Takes the connection once its balancer has named the device; it counts before, too. Never rejects. */
  async #takeProxied(conn: Deno.TcpConn, over: (conn: PlainConn) => DeviceConn): Promise<void> {
    this.#open.add(1);
    try {
      this.#take(over(await ProxiedConn.accept(conn)));
    } catch (error) {
      const { hostname, port } = conn.remoteAddr;
      const said = error instanceof MissingProxyHeaderError ? error.said.toHex() : "";
      const closed = { type: "closed", cabinet: undefined, peer: `${hostname}:${port}` } as const;
      this.#context.report({ ...closed, reason: "no-proxy-header", said, error });
    } finally {
      this.#open.add(-1);
      this.#awaitingHeader.delete(conn);
    }
  }

  #take(conn: DeviceConn): void {
    this.accepted++;
    if (!this.#hasRoomFor(conn)) return;
    const connection = new DeviceConnection(conn, this.#context);
    this.#connections.add(connection);
    this.#open.add(1);
    const running = this.#serve(connection).then(() => {
      this.#connections.delete(connection);
      this.#open.add(-1);
      this.#running.delete(running);
    });
    this.#running.add(running);
  }

  /**
   * Whether there is room for one more connection, for which one that serves no cabinet may be closed.
   * Without room it is closed.
   */
  #hasRoomFor(conn: DeviceConn): boolean {
    if (this.#hasRoom() || this.#entrance.makeRoom()) return true;
    conn[Symbol.dispose]();
    this.#context.report({ type: "too-many-connections", connections: this.#open.total });
    return false;
  }

  /** Never rejects. */
  async #serve(connection: DeviceConnection): Promise<void> {
    const crowdOut = () => connection.close("crowded-out");
    const admission = this.#entrance.enter(connection.hostname, crowdOut);
    if (!admission) return crowdOut();
    await admission.waitForPlace();
    await connection.run(admission);
  }
}

/** Whether the peer was gone before its connection could be accepted; the next connection may be sound. */
function isPeerError(error: unknown): boolean {
  const { NotConnected, ConnectionAborted, ConnectionReset } = Deno.errors;
  return [NotConnected, ConnectionAborted, ConnectionReset].some((kind) => error instanceof kind);
}

function nextEventLoopTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

import { setImmediate } from "node:timers";
import type { SecureContext } from "node:tls";
import { DEVICE } from "../limits.ts";
import type { Count } from "../shared_count.ts";
import { Connection } from "./connection.ts";
import type { DeviceConn, DeviceContext } from "./context.ts";
import { Gate } from "./gate.ts";
import { TlsConn } from "./tls_conn.ts";
import { Wheel } from "./wheel.ts";

/** Step of the wheel that all connections share: fine enough for a bus's gaps of a few hundred milliseconds. */
const WHEEL_STEP_MS = 25;

/** Where devices connect. */
export interface DeviceAddresses {
  readonly hostname: string;
  /** Whether several listen there. */
  readonly reusePort: boolean;
  readonly port: number;
  /** The port for TLS, and what new connections are shown; unset: none. */
  readonly tls:
    | { readonly port: number; readonly certificate: { readonly context: SecureContext } }
    | undefined;
}

/** Accepts devices, plain and over TLS, until it is closed. */
export class DeviceListener implements AsyncDisposable {
  readonly #plain: Deno.TcpListener;
  readonly #tls: Deno.TcpListener | undefined;
  readonly #context: DeviceContext;
  readonly #connections = new Set<Connection>();
  readonly #open: Count;
  readonly #gate = new Gate();
  readonly #running = new Set<Promise<void>>();
  readonly #accepting: Promise<unknown>;
  /** How many connections were accepted, in all. */
  accepted = 0;

  /**
   * @throws {Deno.errors.AddrInUse} if somebody else listens there
   */
  constructor(
    { port, tls, ...host }: DeviceAddresses,
    { open, ...context }: Omit<DeviceContext, "wheel" | "isCrowded"> & { open: Count },
  ) {
    this.#open = open;
    using stack = new DisposableStack();
    const listen = (port: number) => stack.use(Deno.listen({ ...host, port, tcpBacklog: DEVICE.backlogMax }));
    this.#plain = listen(port);
    this.#tls = tls && listen(tls.port);
    stack.move();
    this.#context = {
      ...context,
      wheel: new Wheel({ stepMs: WHEEL_STEP_MS, now: context.now }),
      isCrowded: () => this.#gate.isCrowded,
    };
    this.#accepting = Promise.all([
      this.#accept(this.#plain, (conn) => conn),
      this.#tls && tls && this.#accept(this.#tls, (conn) => new TlsConn(conn, tls.certificate.context)),
    ]);
  }

  /** Where it listens. */
  get address(): Deno.NetAddr {
    return this.#plain.addr;
  }

  /** Where it listens for TLS. */
  get tlsAddress(): Deno.NetAddr | undefined {
    return this.#tls?.addr;
  }

  /** The connections that it has. */
  get connections(): ReadonlySet<Connection> {
    return this.#connections;
  }

  /** Takes no new connections; the ones it has go on. */
  stopAccepting(): void {
    this.#plain[Symbol.dispose]();
    this.#tls?.[Symbol.dispose]();
  }

  /** Ends everything: no new connections, then the running ones, then the timer. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.stopAccepting();
    await this.#accepting;
    for (const connection of this.#connections) connection.close("stopping");
    await Promise.all(this.#running);
    this.#context.wheel[Symbol.dispose]();
  }

  /**
   * `for await` over a listener ends for good on EMFILE, so the loop is our own: it ends when the listener is
   * closed and rests after anything else.
   */
  async #accept(listener: Deno.TcpListener, over: (conn: Deno.TcpConn) => DeviceConn): Promise<void> {
    for (let accepted = 1;; accepted++) {
      try {
        this.#take(over(await listener.accept()));
        if (accepted % DEVICE.acceptPerTurn === 0) await turnOfTheLoop();
      } catch (error) {
        if (error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted) return;
        this.#context.report({ type: "accept-failed", error });
        await new Promise((resolve) => setTimeout(resolve, DEVICE.acceptBackoffMs));
      }
    }
  }

  #take(conn: DeviceConn): void {
    this.accepted++;
    const connections = this.#open.total;
    if (connections >= DEVICE.connectionsMax) {
      conn[Symbol.dispose]();
      this.#context.report({ type: "too-many-connections", connections });
      return;
    }
    const connection = new Connection(conn, this.#context);
    this.#connections.add(connection);
    this.#open.add(1);
    const running = this.#gate.enter().then((passage) => connection.run(passage)).then(() => {
      this.#connections.delete(connection);
      this.#open.add(-1);
      this.#running.delete(running);
    });
    this.#running.add(running);
  }
}

function turnOfTheLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

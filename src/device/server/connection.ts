import { CONTROLLER, DEVICE } from "../../lib/limits.ts";
import type { CloseReason, DeviceConn, DeviceContext, DeviceReport } from "../context.ts";
import { type ConnectionAdmission, IMMEDIATE_ADMISSION } from "../entrance/queued_admission.ts";
import { ReceiveRateLimit } from "../entrance/receive_rate_limit.ts";
import { Identification, type IdentificationHost } from "../handshake/identification.ts";
import { CabinetConnection, type CabinetConnectionHost, type ServedCabinet } from "../cabinet_connection.ts";
import { WriteQueue } from "./write_queue.ts";
import { TlsConn, TlsError } from "../transport/tls_conn.ts";
import type { Timed } from "../../lib/concurrency/timer_wheel.ts";

/**
 * One device's TCP connection: first its device is identified, then it is its cabinet's connection until it
 * ends. Tens of thousands are idle, so what only a newcomer needs is released.
 */
export class DeviceConnection implements Timed, IdentificationHost, CabinetConnectionHost {
  readonly #conn: DeviceConn;
  readonly #context: DeviceContext;
  readonly #writes: WriteQueue;
  wheelStep = 0;
  lastHeard: number;
  /** Until it is certain which device this is; for a while there may be a cabinet's connection already. */
  #identification: Identification | undefined;
  /** While the device serves a cabinet. */
  #cabinetConnection: CabinetConnection | undefined;
  readonly #receiveLimit: ReceiveRateLimit;
  /** While nothing is read, since more was received than a bus can carry. */
  #readPause: { readonly until: number; readonly end: () => void } | undefined;
  #isClosed = false;
  /** When the peer was last heard before it was asked for a sign of life: it is asked once in each silence. */
  #askedAfter = -Infinity;

  constructor(conn: DeviceConn, context: DeviceContext) {
    this.#conn = conn;
    this.#context = context;
    this.#writes = new WriteQueue(conn, { failed: (reason) => this.close(reason), now: context.now });
    this.lastHeard = context.now();
    this.#receiveLimit = new ReceiveRateLimit(this.lastHeard);
    if (conn instanceof TlsConn) conn.throttle((bytes) => this.#countReceived(bytes, context.now()));
  }

  /**
   * Serves the connection until it ends. Never rejects.
   *
   * @param admission admits it to look-ups, and is told how far the identification is
   */
  run(admission: ConnectionAdmission = IMMEDIATE_ADMISSION): Promise<void> {
    if (this.#isClosed) return Promise.resolve(admission.markClosed({ isUnknown: false }));
    // The device's time to identify itself begins when the service begins to read it.
    this.#identification = new Identification(this, { context: this.#context, admission });
    this.reschedule();
    return this.#listen();
  }

  /** Ends the connection; opens that were sent and not answered become unconfirmed. Harmless when closed. */
  close(reason: CloseReason, error?: unknown): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#identification?.end(reason);
    this.#readPause?.end();
    this.#conn[Symbol.dispose]();
    const cabinet = this.#cabinetConnection?.cabinet.id;
    const unidentified = this.#cabinetConnection ? {} : this.#unidentified();
    this.releaseCabinet();
    this.#context.report({ type: "closed", cabinet, peer: this.#peer, reason, error, ...unidentified });
  }

  async refuse(
    reason: CloseReason,
    { answer, error }: { answer: Uint8Array | undefined; error?: unknown },
  ): Promise<void> {
    if (answer) {
      this.send(answer);
      await this.#writes.flush(CONTROLLER.refusalMs);
    }
    this.close(reason, error);
  }

  serve(served: ServedCabinet, rest: Uint8Array): void {
    const now = this.#context.now();
    const connection = new CabinetConnection(served, this, this.#context);
    this.#cabinetConnection = connection;
    this.#context.report({ type: "registered", cabinet: served.cabinet.id, peer: this.#peer });
    if (rest.length > 0) connection.receive(rest, now);
    connection.tick(now);
    this.reschedule();
  }

  releaseCabinet(): void {
    const connection = this.#cabinetConnection;
    this.#cabinetConnection = undefined;
    connection?.release();
  }

  identified(rest?: Uint8Array): void {
    this.#identification = undefined;
    if (rest) this.#cabinetConnection?.receive(rest, this.lastHeard);
  }

  /** Whether the device serves a cabinet. */
  get isRegistered(): boolean {
    return this.#cabinetConnection !== undefined;
  }

  get isBusy(): boolean {
    return this.#cabinetConnection?.isBusy ?? false;
  }

  /** From now on opens are refused: the connection is about to end. */
  retire(): void {
    this.#cabinetConnection?.retire();
  }

  get wakeAt(): number {
    const connection = this.#cabinetConnection;
    const at = Math.min(this.#identification?.wakeAt ?? Infinity, this.#readPause?.until ?? Infinity);
    return connection ? Math.min(connection.wakeAt, this.#silenceAt(connection), at) : at;
  }

  wake(now: number): void {
    const connection = this.#cabinetConnection;
    if (connection && now >= this.#silenceAt(connection)) this.#handleSilence(connection, now);
    if (this.#readPause && now >= this.#readPause.until) this.#readPause.end();
    this.#identification?.wake(now);
    connection?.tick(now);
  }

  send(bytes: Uint8Array, by?: number): void {
    this.#writes.send(bytes, by);
  }

  reschedule(): void {
    this.#context.wheel.schedule(this);
  }

  get hostname(): string {
    return this.#address.hostname;
  }

  get #peer(): string {
    const { hostname, port } = this.#address;
    return `${hostname}:${port}`;
  }

  get #address(): Deno.NetAddr {
    return this.#conn.remoteAddr as Deno.NetAddr;
  }

  /** What a report of a device may show that serves no cabinet. */
  #unidentified(): Pick<DeviceReport & { type: "closed" }, "said" | "claimed" | "unknown"> {
    const { said = "", claimed, unknown: why } = this.#identification ?? {};
    const transport = this.#conn instanceof TlsConn ? "tls" : "tcp";
    return {
      said,
      ...claimed !== undefined && { claimed },
      ...why !== undefined && { unknown: { why, transport } },
    };
  }

  /** Not a part of {@linkcode run}, whose variables would stay in memory while the peer is silent. */
  async #listen(): Promise<void> {
    const buffer = new Uint8Array(DEVICE.readBufferBytes);
    const isThrottled = this.#conn instanceof TlsConn;
    try {
      // Two requests to a board must not wait for the first one's TCP acknowledgement.
      if ("setNoDelay" in this.#conn) this.#conn.setNoDelay();
      while (!this.#isClosed) {
        const length = await this.#conn.read(buffer);
        if (length === null) return this.close("peer-closed");
        this.lastHeard = this.#context.now();
        const chunk = buffer.subarray(0, length);
        if (this.#identification) await this.#identification.received(chunk);
        else this.#cabinetConnection?.receive(chunk, this.lastHeard);
        const pause = isThrottled ? undefined : this.#countReceived(length, this.lastHeard);
        if (pause) await pause;
      }
    } catch (error) {
      this.close(error instanceof TlsError ? "tls-failed" : "failed", error);
    } finally {
      await this.#identification?.release();
    }
  }

  /** Counts received bytes. If there is a promise, nothing may be read before it resolves. */
  #countReceived(bytes: number, now: number): Promise<void> | undefined {
    const action = this.#receiveLimit.take(bytes, now);
    if (action === undefined || this.#isClosed) return undefined;
    if (action === "disconnect") return void this.close("too-fast");
    if (action === "pause-and-report") this.#reportTooFast();
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = () => {
      this.#readPause = undefined;
      resolve();
    };
    this.#readPause = { until: this.#receiveLimit.pausedUntil, end };
    this.reschedule();
    return promise;
  }

  #reportTooFast(): void {
    const cabinet = this.#cabinetConnection?.cabinet.id;
    // A newcomer is disconnected soon, whatever it sends.
    if (cabinet === undefined) return;
    this.#context.report({ type: "too-fast", cabinet, peer: this.#peer });
    this.#context.records.sentTooFast(cabinet, this.#context.wallClock());
  }

  /** When the peer's silence needs something to be done. */
  #silenceAt({ askAt, goneAt }: CabinetConnection): number {
    const isAsked = this.#askedAfter === this.lastHeard;
    return isAsked ? goneAt : Math.min(askAt, goneAt);
  }

  /** Asks the peer for a sign of life; later ends its connection. */
  #handleSilence(connection: CabinetConnection, now: number): void {
    if (now >= connection.goneAt) return this.close("silent");
    this.#askedAfter = this.lastHeard;
    connection.probe(now);
  }
}

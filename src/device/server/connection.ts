/**
 * One device's TCP connection: it is found out who it is, then it is its cabinet's link until it ends.
 *
 * @module
 */
import { CONTROLLER, DEVICE } from "../../lib/limits.ts";
import type { CloseReason, DeviceConn, DeviceContext } from "../context.ts";
import { type ConnectionAdmission, IMMEDIATE_ADMISSION } from "../entrance/queued_admission.ts";
import { ReceiveRateLimit } from "../entrance/receive_rate_limit.ts";
import { Identification, type IdentificationHost } from "../handshake/identification.ts";
import { CabinetConnection, type CabinetConnectionHost, type ServedCabinet } from "../cabinet_connection.ts";
import { WriteQueue } from "./write_queue.ts";
import { TlsConn, TlsError } from "../transport/tls_conn.ts";
import type { Timed } from "../../lib/concurrency/timer_wheel.ts";

/** See the module. Tens of thousands are idle, so whatever only a newcomer needs is let go of. */
export class DeviceConnection implements Timed, IdentificationHost, CabinetConnectionHost {
  readonly #conn: DeviceConn;
  readonly #context: DeviceContext;
  readonly #outbox: WriteQueue;
  wheelStep = 0;
  lastHeard: number;
  /** Until it is sure who this is; for a while there may be a link already. */
  #identification: Identification | undefined;
  /** While it serves a cabinet. */
  #link: CabinetConnection | undefined;
  readonly #intake: ReceiveRateLimit;
  /** While nothing is read, since more came than a bus can carry. */
  #rest: { readonly until: number; readonly over: () => void } | undefined;
  #isClosed = false;
  /** When the peer had last been heard before it was asked for a sign of life; it is asked once in each silence. */
  #askedAfter = -Infinity;

  constructor(conn: DeviceConn, context: DeviceContext) {
    this.#conn = conn;
    this.#context = context;
    this.#outbox = new WriteQueue(conn, { failed: (reason) => this.close(reason), now: context.now });
    this.lastHeard = context.now();
    this.#intake = new ReceiveRateLimit(this.lastHeard);
    if (conn instanceof TlsConn) conn.paceBy((bytes) => this.#took(bytes, context.now()));
  }

  /**
   * Serves the connection until it ends. Never rejects.
   *
   * @param passage its way in, which is told how far it is with saying who it is
   */
  run(passage: ConnectionAdmission = IMMEDIATE_ADMISSION): Promise<void> {
    if (this.#isClosed) return Promise.resolve(passage.gone({ isStranger: false }));
    // It has time to say who it is from when it is listened to.
    this.#identification = new Identification(this, { context: this.#context, passage });
    this.reschedule();
    return this.#listen();
  }

  /** Ends the connection; what was sent and not answered is unconfirmed from now on. Harmless when closed. */
  close(reason: CloseReason, error?: unknown): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#identification?.end(reason);
    this.#rest?.over();
    this.#conn[Symbol.dispose]();
    const cabinet = this.#link?.cabinet.id;
    const { said = "", claimed } = this.#identification ?? {};
    const stranger = this.#link ? {} : { said, ...claimed !== undefined && { claimed } };
    this.leave();
    this.#context.report({ type: "closed", cabinet, peer: this.#peer, reason, error, ...stranger });
  }

  async refuse(
    reason: CloseReason,
    { answer, error }: { answer: Uint8Array | undefined; error?: unknown },
  ): Promise<void> {
    if (answer) {
      this.send(answer);
      await this.#outbox.flush(CONTROLLER.refusalMs);
    }
    this.close(reason, error);
  }

  serve(tenure: ServedCabinet, rest: Uint8Array): void {
    const now = this.#context.now();
    const link = new CabinetConnection(tenure, this, this.#context);
    this.#link = link;
    this.#context.report({ type: "registered", cabinet: tenure.cabinet.id, peer: this.#peer });
    if (rest.length > 0) link.receive(rest, now);
    link.tick(now);
    this.reschedule();
  }

  leave(): void {
    const link = this.#link;
    this.#link = undefined;
    link?.leave();
  }

  settled(rest?: Uint8Array): void {
    this.#identification = undefined;
    if (rest) this.#link?.receive(rest, this.lastHeard);
  }

  /** Whether it serves a cabinet. */
  get isRegistered(): boolean {
    return this.#link !== undefined;
  }

  /** Whether an open is not over. */
  get isBusy(): boolean {
    return this.#link?.isBusy ?? false;
  }

  /** From now on opens are refused: the connection is about to end. */
  retire(): void {
    this.#link?.retire();
  }

  get wakeAt(): number {
    const link = this.#link;
    const at = Math.min(this.#identification?.wakeAt ?? Infinity, this.#rest?.until ?? Infinity);
    return link ? Math.min(link.wakeAt, this.#silenceAt(link), at) : at;
  }

  wake(now: number): void {
    const link = this.#link;
    if (link && now >= this.#silenceAt(link)) this.#breakSilence(link, now);
    if (this.#rest && now >= this.#rest.until) this.#rest.over();
    this.#identification?.wake(now);
    link?.tick(now);
  }

  send(bytes: Uint8Array, by?: number): void {
    this.#outbox.send(bytes, by);
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

  /** Apart from {@linkcode run}: what this has in hand, arguments too, stays in memory while the peer says nothing. */
  async #listen(): Promise<void> {
    const buffer = new Uint8Array(DEVICE.readBufferBytes);
    const isPaced = this.#conn instanceof TlsConn;
    try {
      // Two requests to a board must not wait for the first one's TCP acknowledgement.
      if ("setNoDelay" in this.#conn) this.#conn.setNoDelay();
      while (!this.#isClosed) {
        const length = await this.#conn.read(buffer);
        if (length === null) return this.close("peer-closed");
        this.lastHeard = this.#context.now();
        const chunk = buffer.subarray(0, length);
        if (this.#identification) await this.#identification.received(chunk);
        else this.#link?.receive(chunk, this.lastHeard);
        const rest = isPaced ? undefined : this.#took(length, this.lastHeard);
        if (rest) await rest;
      }
    } catch (error) {
      this.close(error instanceof TlsError ? "tls-failed" : "failed", error);
    } finally {
      await this.#identification?.release();
    }
  }

  /** So many bytes came. Nothing more is to be read before the promise is over, if there is one. */
  #took(bytes: number, now: number): Promise<void> | undefined {
    const excess = this.#intake.took(bytes, now);
    if (excess === undefined || this.#isClosed) return undefined;
    if (excess === "too-long") return void this.close("too-fast");
    if (excess === "to-be-told") this.#tellExcess();
    const { promise, resolve } = Promise.withResolvers<void>();
    const over = () => {
      this.#rest = undefined;
      resolve();
    };
    this.#rest = { until: this.#intake.restUntil, over };
    this.reschedule();
    return promise;
  }

  #tellExcess(): void {
    const cabinet = this.#link?.cabinet.id;
    // A newcomer is hung up on soon, whatever it sends.
    if (cabinet === undefined) return;
    this.#context.report({ type: "too-fast", cabinet, peer: this.#peer });
    this.#context.records.sentTooFast(cabinet, this.#context.wallClock());
  }

  /** When something has to be done about the peer's saying nothing. */
  #silenceAt({ askAt, goneAt }: CabinetConnection): number {
    const isAsked = this.#askedAfter === this.lastHeard;
    return isAsked ? goneAt : Math.min(askAt, goneAt);
  }

  /** First the peer is asked for a sign of life; then it is gone. */
  #breakSilence(link: CabinetConnection, now: number): void {
    if (now >= link.goneAt) return this.close("silent");
    this.#askedAfter = this.lastHeard;
    link.probe(now);
  }
}

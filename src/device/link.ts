/**
 * A connection that has said who it is: towards the router the owner of its cabinet, towards the bus the socket.
 *
 * @module
 */
import type { CabinetReply, CabinetRequest, DoorChange } from "../router/mod.ts";
import type { Claim, Evidence, Owner } from "../router/mod.ts";
import { rawTopic, type SentProgress } from "../router/mod.ts";
import { Bus, type BusPort, type OpenJob } from "./bus.ts";
import type { DeviceCabinet } from "./cabinet.ts";
import type { CloseReason, DeviceContext } from "./context.ts";
import { unwrap } from "./dtu.ts";

/** The connection below a link. */
export interface LinkHost {
  /** When the peer last sent something, in the context's milliseconds. */
  readonly lastHeard: number;
  /** The bytes must not be changed afterwards. */
  send(bytes: Uint8Array): void;
  /** Something happened that may have moved the time at which the link wants to be looked at. */
  reschedule(): void;
  close(reason: CloseReason, error?: unknown): void;
}

type Progress = (progress: SentProgress) => void;

/** See the module. */
export class Link implements BusPort, Owner<CabinetRequest, SentProgress, CabinetReply> {
  readonly cabinet: DeviceCabinet;
  readonly #host: LinkHost;
  readonly #context: DeviceContext;
  readonly #bus: Bus;
  readonly #claim: Claim;
  readonly #connectedAt: number;
  /** Where received bytes are published, once a raw line was opened on this cabinet. */
  #rawTopic: string | undefined;
  /** Whom to tell that an open is about to be sent, by command; made when the first comes. */
  #progress: Map<string, Progress> | undefined;
  #left = false;

  /** Claims the cabinet and says that it is online. */
  constructor(cabinet: DeviceCabinet, host: LinkHost, context: DeviceContext) {
    this.cabinet = cabinet;
    this.#host = host;
    this.#context = context;
    this.#connectedAt = context.wallClock();
    this.#bus = new Bus(cabinet, { port: this, now: context.now() });
    this.#claim = context.router.claim(cabinet.id, this);
    context.cabinets.seen(cabinet.id, this.#connectedAt);
    context.router.publish(cabinet.id, { type: "online" });
  }

  /** When {@linkcode tick} wants to be called next. */
  get wakeAt(): number {
    return this.#bus.wakeAt;
  }

  tick(now: number): void {
    this.#bus.tick(now);
  }

  /** Takes what the peer sent. */
  receive(chunk: Uint8Array, now: number): void {
    const { cabinet } = this;
    const { bus: bytes, heartbeats } = this.#bus.midFrame
      ? { bus: chunk, heartbeats: 0 }
      : unwrap(chunk, cabinet);
    if (heartbeats > 0 && cabinet.heartbeat && cabinet.heartbeatEcho) this.#host.send(cabinet.heartbeat);
    if (bytes.length === 0) return;
    if (this.#rawTopic !== undefined) {
      this.#context.router.publish(this.#rawTopic, { type: "raw", bytes: bytes.slice() });
    }
    if (!cabinet.family) return;
    this.#bus.received(bytes, now);
    this.#host.reschedule();
  }

  /** Gives the cabinet up: what was sent and not answered is unconfirmed. Harmless when it was. */
  leave(): void {
    if (this.#left) return;
    this.#left = true;
    const { held } = this.#claim;
    this.#claim[Symbol.dispose]();
    this.#bus.close();
    if (!held) return;
    this.#context.cabinets.seen(this.cabinet.id, this.#heardAt());
    this.#context.router.publish(this.cabinet.id, { type: "offline" });
  }

  /** Somebody asks something of the cabinet. */
  async handle(request: CabinetRequest, progress: Progress): Promise<CabinetReply> {
    switch (request.type) {
      case "open":
        return { type: "open", evidence: await this.#open(request, progress) };
      case "status":
        return {
          type: "status",
          connectedAt: this.#connectedAt,
          lastSeenAt: this.#heardAt(),
          doors: this.#bus.doors,
        };
      case "raw":
        return { type: "raw", taken: this.#sendRaw(request.bytes) };
      case "hang-up":
        this.#host.close("cabinet-changed");
        return { type: "hang-up" };
    }
  }

  displaced(): void {
    this.#host.close("displaced");
  }

  write(bytes: Uint8Array): void {
    this.#host.send(bytes);
  }

  permit(job: OpenJob): void {
    const progress = this.#progress?.get(job.id);
    this.#context.cabinets.sending(job.id).then((may) => {
      if (may) progress?.({ type: "sent" });
      this.#bus.permitted(may, this.#context.now());
      this.#host.reschedule();
    }).catch((error) => this.#host.close("failed", error));
  }

  doorsChanged(cells: readonly DoorChange[]): void {
    this.#context.router.publish(this.cabinet.id, { type: "doors", cells });
  }

  #open(request: CabinetRequest & { type: "open" }, progress: Progress): Promise<Evidence> {
    const { layout } = this.cabinet;
    const cell = layout.cells[layout.indexOfCell(request.cell) ?? -1];
    if (!cell) return Promise.resolve({ state: "refused", reason: "unsupported" });
    const now = this.#context.now();
    return new Promise((resolve) => {
      (this.#progress ??= new Map()).set(request.id, progress);
      const done: OpenJob["done"] = (evidence) => {
        this.#progress?.delete(request.id);
        resolve(evidence);
      };
      this.#bus.open({ id: request.id, cell, deadline: now + request.withinMs, done }, now);
      this.#host.reschedule();
    });
  }

  #sendRaw(bytes: Uint8Array): boolean {
    this.#rawTopic ??= rawTopic(this.cabinet.id);
    if (bytes.length === 0) return true;
    const taken = this.#bus.raw(bytes, this.#context.now());
    if (this.cabinet.family) this.#host.reschedule();
    return taken;
  }

  /** When the peer last sent something, in milliseconds since 1970. */
  #heardAt(): number {
    return Math.round(this.#context.wallClock() - (this.#context.now() - this.#host.lastHeard));
  }
}

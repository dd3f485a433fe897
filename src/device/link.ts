/**
 * A connection that has said who it is: towards the router the owner of its cabinet, towards the bus the socket.
 *
 * @module
 */
import { BUS } from "../limits.ts";
import type { CabinetReply, CabinetRequest, DoorChange } from "../router/mod.ts";
import type { Asked, Claim, Evidence, Owner } from "../router/mod.ts";
import { rawTopic, type SentProgress } from "../router/mod.ts";
import { Bus, type BusPort, type OpenJob } from "./bus.ts";
import type { CabinetOwner, DeviceCabinet } from "./cabinet.ts";
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

/** A cabinet and the epoch in which it is served. */
export interface Tenure {
  readonly cabinet: DeviceCabinet;
  readonly epoch: number;
}

/** See the module. */
export class Link implements BusPort, Owner<CabinetRequest, SentProgress, CabinetReply> {
  readonly cabinet: DeviceCabinet;
  readonly #host: LinkHost;
  readonly #context: DeviceContext;
  readonly #bus: Bus;
  readonly #owner: CabinetOwner;
  readonly #claim: Claim;
  readonly #connectedAt: number;
  /** Where received bytes are published, once a raw line was opened on this cabinet. */
  #rawTopic: string | undefined;
  /** Whom to tell that an open is about to be sent, by command; made when the first comes. */
  #progress: Map<string, Asked<SentProgress>["progress"]> | undefined;
  #displaced = false;
  #retired = false;
  #left = false;

  /** Claims the cabinet and, unless somebody has it with a higher epoch, says that it is online. */
  constructor({ cabinet, epoch }: Tenure, host: LinkHost, context: DeviceContext) {
    this.cabinet = cabinet;
    this.#host = host;
    this.#context = context;
    this.#connectedAt = context.wallClock();
    const now = context.now();
    // The answers of a whole fleet would stand before those of the doors that somebody waits at.
    const firstReadAt = context.isCrowded() ? now + Math.random() * BUS.firstReadSpreadMs : now;
    this.#bus = new Bus(cabinet, { port: this, now, firstReadAt });
    this.#owner = { cabinet: cabinet.id, epoch };
    this.#claim = context.router.claim(cabinet.id, this, epoch);
    // Whoever has a higher epoch has it already, and the router is about to say so.
    if (!this.#claim.held) return;
    context.cabinets.seen(cabinet.id, this.#connectedAt);
    context.router.publish(cabinet.id, { type: "online" });
  }

  /** When {@linkcode tick} wants to be called next. */
  get wakeAt(): number {
    return this.#bus.wakeAt;
  }

  /** Whether an open is not over. */
  get isBusy(): boolean {
    return this.#bus.isBusy;
  }

  /** From now on opens are refused: the connection is about to end. */
  retire(): void {
    this.#retired = true;
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
    const isLast = this.#claim.held && !this.#displaced;
    this.#claim[Symbol.dispose]();
    this.#bus.close();
    // Where there is a newer owner the cabinet is as online as before.
    if (!isLast) return;
    this.#context.cabinets.seen(this.cabinet.id, this.#heardAt());
    this.#context.router.publish(this.cabinet.id, { type: "offline" });
  }

  /** Somebody asks something of the cabinet. */
  async handle(request: CabinetRequest, asked: Asked<SentProgress>): Promise<CabinetReply> {
    switch (request.type) {
      case "open":
        return { type: "open", evidence: await this.#open(request, asked) };
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
    this.#displaced = true;
    this.#host.close("displaced");
  }

  write(bytes: Uint8Array): void {
    this.#host.send(bytes);
  }

  permit(job: OpenJob): void {
    this.#context.cabinets.sending(job.id, this.#owner).then((answer) => {
      // The bus, being closed, refuses what it has not sent.
      if (answer === "fenced") return this.displaced();
      const may = answer === "may";
      // Where the connection ended meanwhile, nothing is sent and nobody is there to be told.
      if (may) this.#progress?.get(job.id)?.({ type: "sent" });
      this.#bus.permitted(may, this.#context.now());
      this.#host.reschedule();
    }).catch((error) => this.#host.close("failed", error));
  }

  doorsChanged(cells: readonly DoorChange[]): void {
    this.#context.router.publish(this.cabinet.id, { type: "doors", cells });
  }

  #open(request: CabinetRequest & { type: "open" }, asked: Asked<SentProgress>): Promise<Evidence> {
    const { layout } = this.cabinet;
    const cell = layout.cells[layout.indexOfCell(request.cell) ?? -1];
    if (!cell) return Promise.resolve({ state: "refused", reason: "unsupported" });
    if (this.#retired) return Promise.resolve({ state: "refused", reason: "stopping" });
    const now = this.#context.now();
    return new Promise((resolve) => {
      (this.#progress ??= new Map()).set(request.id, asked.progress);
      const done: OpenJob["done"] = (evidence) => {
        this.#progress?.delete(request.id);
        resolve(evidence);
      };
      this.#bus.open({ id: request.id, cell, deadline: now + asked.leftMs, done }, now);
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

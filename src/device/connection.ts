/**
 * One device's TCP connection: says who it is, then owns its cabinet until it ends.
 *
 * @module
 */
import { concat } from "@std/bytes";
import { DEVICE } from "../limits.ts";
import type { CabinetReply, CabinetRequest, CabinetRouter, DoorChange } from "../router/mod.ts";
import type { Claim, Evidence, Owner } from "../router/mod.ts";
import { rawTopic, type SentProgress } from "../router/mod.ts";
import { Bus, type BusPort, type OpenJob } from "./bus.ts";
import type { Cabinets, DeviceCabinet, Registration } from "./cabinet.ts";
import { unwrap } from "./dtu.ts";
import { Outbox } from "./outbox.ts";
import type { Waking, Wheel } from "./wheel.ts";

const NOTHING = new Uint8Array();
const CR = 0x0d;
const LF = 0x0a;

/** Why a connection ended. */
export type CloseReason =
  | "peer-closed"
  /** Reading failed, as when the peer reset the connection, or something of ours did: see the error. */
  | "failed"
  | "write-failed"
  | "overflow"
  | "not-registered-in-time"
  | "unknown-registration"
  | "too-long-registration"
  | "database-unavailable"
  | "silent"
  | "displaced"
  | "cabinet-changed"
  | "stopping";

/** What a connection did, for the log. */
export type DeviceReport =
  | { readonly type: "registered"; readonly cabinet: string; readonly peer: string }
  | {
    readonly type: "closed";
    readonly cabinet: string | undefined;
    readonly peer: string;
    readonly reason: CloseReason;
    /** What an unregistered peer sent, the beginning of it, in hex. */
    readonly said?: string;
    readonly error?: unknown;
  }
  | { readonly type: "accept-failed"; readonly error: unknown }
  | { readonly type: "too-many-connections"; readonly connections: number };

/** What every connection shares. */
export interface DeviceContext {
  readonly cabinets: Cabinets;
  readonly router: CabinetRouter;
  readonly wheel: Wheel;
  readonly report: (report: DeviceReport) => void;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
}

type Status =
  | { readonly type: "registering"; readonly since: number; guess?: Guess }
  | {
    readonly type: "serving";
    readonly cabinet: DeviceCabinet;
    readonly bus: Bus;
    readonly claim: Claim;
    /** Set while the bytes that come next could still show that this is another cabinet. */
    guess: Guess | undefined;
  }
  | { readonly type: "closed" };

/** A registration that a longer one begins with. */
interface Guess {
  readonly until: number;
  readonly match: Registration;
  readonly preamble: Uint8Array;
}

type Progress = (progress: SentProgress) => void;

/** See the module. */
export class Connection implements Waking, BusPort, Owner<CabinetRequest, SentProgress, CabinetReply> {
  readonly #conn: Deno.TcpConn;
  readonly #context: DeviceContext;
  readonly #outbox: Outbox;
  wheelStep = 0;
  #status: Status;
  #preamble: Uint8Array = NOTHING;
  #lastHeard: number;
  #connectedAt = 0;
  /** Where received bytes are published, once a raw line was opened on this cabinet. */
  #rawTopic: string | undefined;
  /** Whom to tell that an open is about to be sent, by command; made when the first comes. */
  #progress: Map<string, Progress> | undefined;

  constructor(conn: Deno.TcpConn, context: DeviceContext) {
    this.#conn = conn;
    this.#context = context;
    this.#outbox = new Outbox(conn, (reason) => this.close(reason));
    this.#lastHeard = context.now();
    this.#status = { type: "registering", since: this.#lastHeard };
    context.wheel.schedule(this);
  }

  /** Serves the connection until it ends. Never rejects. */
  async run(): Promise<void> {
    const buffer = new Uint8Array(DEVICE.readBufferBytes);
    try {
      while (this.#status.type !== "closed") {
        const length = await this.#conn.read(buffer);
        if (length === null) return this.close("peer-closed");
        const now = this.#context.now();
        this.#lastHeard = now;
        const chunk = buffer.subarray(0, length);
        const status = this.#status;
        if (status.type === "serving" && !status.guess) this.#receive(chunk, now);
        else await this.#identify(chunk);
      }
    } catch (error) {
      this.close("failed", error);
    }
  }

  /** Ends the connection; what was sent and not answered is unconfirmed from now on. Harmless when closed. */
  close(reason: CloseReason, error?: unknown): void {
    const status = this.#status;
    if (status.type === "closed") return;
    this.#status = { type: "closed" };
    this.#conn[Symbol.dispose]();
    const { hostname, port } = this.#conn.remoteAddr;
    const peer = `${hostname}:${port}`;
    if (status.type === "registering") {
      const said = firstLine(this.#preamble).subarray(0, DEVICE.registrationBytesMax).toHex();
      this.#context.report({ type: "closed", cabinet: undefined, peer, reason, said, error });
      return;
    }
    this.#leave(status);
    this.#context.report({ type: "closed", cabinet: status.cabinet.id, peer, reason, error });
  }

  get wakeAt(): number {
    const status = this.#status;
    if (status.type === "closed") return Infinity;
    if (status.type === "registering") {
      return Math.min(status.since + DEVICE.registerMs, status.guess?.until ?? Infinity);
    }
    return Math.min(status.bus.wakeAt, this.#lastHeard + DEVICE.silenceMs);
  }

  wake(now: number): void {
    const status = this.#status;
    if (status.type === "serving") {
      if (now - this.#lastHeard >= DEVICE.silenceMs) this.close("silent");
      else {
        if (status.guess && now >= status.guess.until) status.guess = undefined;
        status.bus.tick(now);
      }
    } else if (status.type === "registering") {
      if (status.guess && now >= status.guess.until) this.#serve(status.guess.match, status.guess.preamble);
      else if (now - status.since >= DEVICE.registerMs) {
        this.close(this.#preamble.length > 0 ? "unknown-registration" : "not-registered-in-time");
      }
    }
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
          doors: this.#status.type === "serving" ? this.#status.bus.doors : new Map(),
        };
      case "raw":
        return { type: "raw", taken: this.#sendRaw(request.bytes) };
      case "hang-up":
        this.close("cabinet-changed");
        return { type: "hang-up" };
    }
  }

  displaced(): void {
    this.close("displaced");
  }

  write(bytes: Uint8Array): void {
    this.#outbox.send(bytes);
  }

  permit(job: OpenJob): void {
    const progress = this.#progress?.get(job.id);
    this.#context.cabinets.sending(job.id).then((may) => {
      if (may) progress?.({ type: "sent" });
      if (this.#status.type === "serving") this.#status.bus.permitted(may, this.#context.now());
      this.#context.wheel.schedule(this);
    }).catch((error) => this.close("failed", error));
  }

  doorsChanged(cells: readonly DoorChange[]): void {
    if (this.#status.type !== "serving") return;
    this.#context.router.publish(this.#status.cabinet.id, { type: "doors", cells });
  }

  #receive(chunk: Uint8Array, now: number): void {
    const status = this.#status;
    if (status.type !== "serving") return;
    const { cabinet, bus } = status;
    const { bus: bytes, heartbeats } = bus.midFrame ? { bus: chunk, heartbeats: 0 } : unwrap(chunk, cabinet);
    if (heartbeats > 0 && cabinet.heartbeat && cabinet.heartbeatEcho) this.#outbox.send(cabinet.heartbeat);
    if (bytes.length === 0) return;
    if (this.#rawTopic !== undefined) {
      this.#context.router.publish(this.#rawTopic, { type: "raw", bytes: bytes.slice() });
    }
    if (!cabinet.family) return;
    bus.received(bytes, now);
    this.#context.wheel.schedule(this);
  }

  /** Collects the first bytes until they say who this is, and looks again while they could say more. */
  async #identify(chunk: Uint8Array): Promise<void> {
    const status = this.#status;
    if (status.type === "closed") return;
    const preamble = concat([
      status.type === "serving" ? status.guess?.preamble ?? NOTHING : this.#preamble,
      chunk,
    ]);
    this.#preamble = preamble;
    if (preamble.length > DEVICE.preambleBytesMax) return this.close("too-long-registration");
    const match = await this.#match(preamble);
    if (match === "failed" || this.#status !== status) return;
    if (status.type === "serving") this.#reconsider(status, { chunk, match });
    else if (match) await this.#begin(status, match);
  }

  async #match(preamble: Uint8Array): Promise<Registration | "failed" | undefined> {
    try {
      return await this.#context.cabinets.register(preamble);
    } catch (error) {
      this.close("database-unavailable", error);
      return "failed";
    }
  }

  /**
   * Serves the cabinet. Where a longer registration begins with these bytes and the cabinet has a connection
   * already, that one is not displaced before the DTU had time to finish what it says.
   */
  async #begin(status: Status & { type: "registering" }, match: Registration): Promise<void> {
    delete status.guess;
    const preamble = this.#preamble;
    const owned = match.maybeLonger &&
      await this.#context.router.request(match.cabinet.id, { type: "status" });
    if (this.#status !== status) return;
    if (!owned) return this.#serve(match, preamble);
    status.guess = { until: this.#context.now() + DEVICE.registrationGapMs, match, preamble };
    this.#context.wheel.schedule(this);
  }

  /** More came while it was not sure who this is. */
  #reconsider(
    status: Status & { type: "serving" },
    { chunk, match }: { chunk: Uint8Array; match: Registration | undefined },
  ): void {
    status.guess = undefined;
    if (!match) return this.close("unknown-registration");
    if (match.cabinet.id === status.cabinet.id) {
      this.#preamble = NOTHING;
      return this.#receive(chunk, this.#lastHeard);
    }
    const preamble = this.#preamble;
    this.#leave(status);
    this.#serve(match, preamble);
  }

  #serve(match: Registration, preamble: Uint8Array): void {
    const { router, wheel, cabinets, report } = this.#context;
    const { cabinet, length, maybeLonger } = match;
    const now = this.#context.now();
    this.#preamble = NOTHING;
    this.#connectedAt = this.#context.wallClock();
    const bus = new Bus(cabinet, { port: this, now });
    const guess = maybeLonger ? { until: now + DEVICE.registrationGapMs, match, preamble } : undefined;
    this.#status = { type: "serving", cabinet, bus, claim: router.claim(cabinet.id, this), guess };
    const { hostname, port } = this.#conn.remoteAddr;
    report({ type: "registered", cabinet: cabinet.id, peer: `${hostname}:${port}` });
    cabinets.seen(cabinet.id, this.#connectedAt);
    router.publish(cabinet.id, { type: "online" });
    const rest = preamble.subarray(length);
    if (rest.length > 0) this.#receive(rest, now);
    bus.tick(now);
    wheel.schedule(this);
  }

  /** Is not the cabinet's connection any more. */
  #leave({ cabinet, claim, bus }: Status & { type: "serving" }): void {
    const { held } = claim;
    claim[Symbol.dispose]();
    bus.close();
    if (!held) return;
    this.#context.cabinets.seen(cabinet.id, this.#heardAt());
    this.#context.router.publish(cabinet.id, { type: "offline" });
  }

  #open(
    request: CabinetRequest & { type: "open" },
    progress: Progress,
  ): Promise<Evidence> {
    const status = this.#status;
    if (status.type !== "serving") return Promise.resolve({ state: "refused", reason: "offline" });
    const { layout } = status.cabinet;
    const cell = layout.cells[layout.indexOfCell(request.cell) ?? -1];
    if (!cell) return Promise.resolve({ state: "refused", reason: "unsupported" });
    const now = this.#context.now();
    return new Promise((resolve) => {
      (this.#progress ??= new Map()).set(request.id, progress);
      const done: OpenJob["done"] = (evidence) => {
        this.#progress?.delete(request.id);
        resolve(evidence);
      };
      status.bus.open({ id: request.id, cell, deadline: now + request.withinMs, done }, now);
      this.#context.wheel.schedule(this);
    });
  }

  #sendRaw(bytes: Uint8Array): boolean {
    if (this.#status.type !== "serving") return false;
    this.#rawTopic ??= rawTopic(this.#status.cabinet.id);
    if (bytes.length === 0) return true;
    const taken = this.#status.bus.raw(bytes, this.#context.now());
    if (this.#status.cabinet.family) this.#context.wheel.schedule(this);
    return taken;
  }

  /** When the peer last sent something, in milliseconds since 1970. */
  #heardAt(): number {
    return Math.round(this.#context.wallClock() - (this.#context.now() - this.#lastHeard));
  }
}

/** What goes beyond a line is no registration, and could be the headers of a lost HTTP client, secrets among them. */
function firstLine(bytes: Uint8Array): Uint8Array {
  const end = bytes.findIndex((byte) => byte === CR || byte === LF);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

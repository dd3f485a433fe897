/**
 * One device's TCP connection: it says who it is, then is its cabinet's link until it ends.
 *
 * @module
 */
import { concat } from "@std/bytes";
import { DEVICE } from "../limits.ts";
import type { Registration } from "./cabinet.ts";
import type { CloseReason, DeviceContext } from "./context.ts";
import { NO_GATE, type Passage } from "./gate.ts";
import { Link, type LinkHost } from "./link.ts";
import { Outbox } from "./outbox.ts";
import type { Waking } from "./wheel.ts";

const NOTHING = new Uint8Array();
const CR = 0x0d;
const LF = 0x0a;

type Status =
  | { readonly type: "registering"; readonly since: number; guess?: Guess }
  /** It is known who this is, and the cabinet's next epoch is on its way. */
  | { readonly type: "claiming"; readonly since: number }
  | {
    readonly type: "serving";
    readonly link: Link;
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

/** See the module. */
export class Connection implements Waking, LinkHost {
  readonly #conn: Deno.TcpConn;
  readonly #context: DeviceContext;
  readonly #outbox: Outbox;
  wheelStep = 0;
  lastHeard: number;
  #status: Status;
  #preamble: Uint8Array = NOTHING;
  #passage = NO_GATE;
  /** The claim that began because nothing more came; what comes now waits for it. */
  #claimed: Promise<void> | undefined;

  constructor(conn: Deno.TcpConn, context: DeviceContext) {
    this.#conn = conn;
    this.#context = context;
    this.#outbox = new Outbox(conn, (reason) => this.close(reason));
    this.lastHeard = context.now();
    // It has time to say who it is from when it is listened to.
    this.#status = { type: "registering", since: Infinity };
  }

  /**
   * Serves the connection until it ends. Never rejects.
   *
   * @param passage is told how far it is with saying who it is
   */
  async run(passage: Passage = NO_GATE): Promise<void> {
    this.#passage = passage;
    if (this.#status.type === "registering") {
      this.#status = { type: "registering", since: this.#context.now() };
    }
    this.reschedule();
    const buffer = new Uint8Array(DEVICE.readBufferBytes);
    try {
      // Two requests to a board must not wait for the first one's TCP acknowledgement.
      this.#conn.setNoDelay();
      while (this.#status.type !== "closed") {
        const length = await this.#conn.read(buffer);
        if (length === null) return this.close("peer-closed");
        const now = this.#context.now();
        this.lastHeard = now;
        const chunk = buffer.subarray(0, length);
        const status = this.#status;
        if (status.type === "serving" && !status.guess) status.link.receive(chunk, now);
        else await this.#identify(chunk);
      }
    } catch (error) {
      this.close("failed", error);
    } finally {
      this.#passage.over();
      await this.#claimed;
    }
  }

  /** Ends the connection; what was sent and not answered is unconfirmed from now on. Harmless when closed. */
  close(reason: CloseReason, error?: unknown): void {
    const status = this.#status;
    if (status.type === "closed") return;
    this.#status = { type: "closed" };
    this.#conn[Symbol.dispose]();
    const about = { type: "closed", peer: this.#peer, reason, error } as const;
    if (status.type !== "serving") {
      const said = firstLine(this.#preamble).subarray(0, DEVICE.registrationBytesMax).toHex();
      return this.#context.report({ ...about, cabinet: undefined, said });
    }
    status.link.leave();
    this.#context.report({ ...about, cabinet: status.link.cabinet.id });
  }

  /** Whether it serves a cabinet. */
  get isRegistered(): boolean {
    return this.#status.type === "serving";
  }

  /** Whether an open is not over. */
  get isBusy(): boolean {
    return this.#status.type === "serving" && this.#status.link.isBusy;
  }

  /** From now on opens are refused: the connection is about to end. */
  retire(): void {
    if (this.#status.type === "serving") this.#status.link.retire();
  }

  get wakeAt(): number {
    const status = this.#status;
    if (status.type === "closed") return Infinity;
    if (status.type === "claiming") return status.since + DEVICE.registerMs;
    if (status.type === "registering") {
      return Math.min(status.since + DEVICE.registerMs, status.guess?.until ?? Infinity);
    }
    return Math.min(status.link.wakeAt, this.lastHeard + DEVICE.silenceMs);
  }

  wake(now: number): void {
    const status = this.#status;
    if (status.type === "serving") {
      if (now - this.lastHeard >= DEVICE.silenceMs) return this.close("silent");
      if (status.guess && now >= status.guess.until) status.guess = undefined;
      status.link.tick(now);
    } else if (status.type === "claiming") {
      if (now - status.since >= DEVICE.registerMs) this.close("database-unavailable");
    } else if (status.type === "registering") {
      const { guess, since } = status;
      if (guess && now >= guess.until) {
        this.#claimed = this.#claim(guess.match).catch((error) => this.close("failed", error));
      } else if (now - since >= DEVICE.registerMs) {
        this.close(this.#preamble.length > 0 ? "unknown-registration" : "not-registered-in-time");
      }
    }
  }

  send(bytes: Uint8Array): void {
    this.#outbox.send(bytes);
  }

  reschedule(): void {
    this.#context.wheel.schedule(this);
  }

  get #peer(): string {
    const { hostname, port } = this.#conn.remoteAddr;
    return `${hostname}:${port}`;
  }

  /** Collects the first bytes until they say who this is, and looks again while they could say more. */
  async #identify(chunk: Uint8Array): Promise<void> {
    this.#passage.heard();
    await this.#claimed;
    const status = this.#status;
    if (status.type === "closed" || status.type === "claiming") return;
    if (status.type === "serving" && !status.guess) return status.link.receive(chunk, this.lastHeard);
    const before = status.type === "serving" ? status.guess?.preamble ?? NOTHING : this.#preamble;
    const preamble = concat([before, chunk]);
    this.#preamble = preamble;
    if (preamble.length > DEVICE.preambleBytesMax) return this.close("too-long-registration");
    // With more bytes than it was made from, a guess is none any more.
    if (status.type === "registering") delete status.guess;
    const match = await this.#match(preamble);
    if (match === "failed" || this.#status !== status) return;
    if (status.type === "serving") await this.#reconsider(status, { chunk, match });
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
    const isOwned = match.maybeLonger && await this.#isOwned(match.cabinet.id);
    if (this.#status !== status) return;
    if (!isOwned) return await this.#claim(match);
    const until = this.#context.now() + DEVICE.registrationGapMs;
    status.guess = { until, match, preamble: this.#preamble };
    this.reschedule();
  }

  /** Whether the cabinet has a connection; one that cannot be asked counts. */
  async #isOwned(cabinet: string): Promise<boolean> {
    try {
      return await this.#context.router.request(cabinet, { type: "status" }) !== undefined;
    } catch {
      return true;
    }
  }

  /** More came while it was not sure who this is. */
  async #reconsider(
    status: Status & { type: "serving" },
    { chunk, match }: { chunk: Uint8Array; match: Registration | undefined },
  ): Promise<void> {
    status.guess = undefined;
    if (!match) return this.close("unknown-registration");
    if (match.cabinet.id !== status.link.cabinet.id) {
      status.link.leave();
      return await this.#claim(match);
    }
    this.#preamble = NOTHING;
    status.link.receive(chunk, this.lastHeard);
  }

  /** Takes the cabinet's next epoch and serves it, unless the connection ended meanwhile. */
  async #claim(match: Registration): Promise<void> {
    const status: Status = { type: "claiming", since: this.#context.now() };
    this.#status = status;
    this.reschedule();
    try {
      const epoch = await this.#context.cabinets.own(match.cabinet);
      if (this.#status !== status) return;
      if (epoch === undefined) this.close("cabinet-changed");
      else this.#serve(match, epoch);
    } catch (error) {
      this.close("database-unavailable", error);
    }
  }

  #serve(match: Registration, epoch: number): void {
    const { cabinet, length, maybeLonger } = match;
    const preamble = this.#preamble;
    const now = this.#context.now();
    const link = new Link({ cabinet, epoch }, this, this.#context);
    const guess = maybeLonger ? { until: now + DEVICE.registrationGapMs, match, preamble } : undefined;
    this.#status = { type: "serving", link, guess };
    this.#preamble = NOTHING;
    this.#context.report({ type: "registered", cabinet: cabinet.id, peer: this.#peer });
    this.#passage.over();
    this.#passage = NO_GATE;
    if (preamble.length > length) link.receive(preamble.subarray(length), now);
    link.tick(now);
    this.reschedule();
  }
}

/** What goes beyond a line is no registration, and could be the headers of a lost HTTP client, secrets among them. */
function firstLine(bytes: Uint8Array): Uint8Array {
  const end = bytes.findIndex((byte) => byte === CR || byte === LF);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

/**
 * One device's TCP connection: it says who it is, then is its cabinet's link until it ends.
 *
 * @module
 */
import { concat } from "@std/bytes";
import { CONTROLLER, DEVICE } from "../limits.ts";
import { admitController } from "./admission.ts";
import { Bus } from "./bus.ts";
import type { DeviceCabinet, Registration } from "./cabinet.ts";
import { claimCabinet, type ClaimResult } from "./claiming.ts";
import type { CloseReason, DeviceConn, DeviceContext } from "./context.ts";
import { NO_GATE, type Passage } from "./gate.ts";
import { Greeting, type Proven } from "./greeting.ts";
import { Link, type LinkHost, type Tenure } from "./link.ts";
import { Outbox } from "./outbox.ts";
import { firstLine, mayBeHello } from "./preamble.ts";
import { TlsError } from "./tls_conn.ts";
import type { Waking } from "./wheel.ts";

const NOTHING = new Uint8Array();

type Status =
  | { readonly type: "registering"; readonly since: number; guess?: Guess }
  /** A smart controller says who it is. */
  | { readonly type: "greeting"; readonly since: number; readonly greeting: Greeting }
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
  readonly #conn: DeviceConn;
  readonly #context: DeviceContext;
  readonly #outbox: Outbox;
  wheelStep = 0;
  lastHeard: number;
  #status: Status;
  #preamble: Uint8Array = NOTHING;
  #passage = NO_GATE;
  /** When the peer had last been heard before it was asked for a sign of life; it is asked once in each silence. */
  #askedAfter = -Infinity;
  /** The claim that began because nothing more came; what comes now waits for it. */
  #claimed: Promise<void> | undefined;

  constructor(conn: DeviceConn, context: DeviceContext) {
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
      if ("setNoDelay" in this.#conn) this.#conn.setNoDelay();
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
      this.close(error instanceof TlsError ? "tls-failed" : "failed", error);
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
    if (status.type === "claiming" || status.type === "greeting") return status.since + DEVICE.registerMs;
    if (status.type === "registering") {
      return Math.min(status.since + DEVICE.registerMs, status.guess?.until ?? Infinity);
    }
    return Math.min(status.link.wakeAt, this.#silenceAt(status.link));
  }

  wake(now: number): void {
    const status = this.#status;
    if (status.type === "serving") {
      if (now >= this.#silenceAt(status.link)) this.#breakSilence(status.link, now);
      if (status.guess && now >= status.guess.until) status.guess = undefined;
      status.link.tick(now);
    } else if (status.type === "claiming") {
      if (now - status.since >= DEVICE.registerMs) this.close("database-unavailable");
    } else if (status.type === "greeting") {
      if (now - status.since >= DEVICE.registerMs) this.close("not-registered-in-time");
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
    const { hostname, port } = this.#address;
    return `${hostname}:${port}`;
  }

  get #address(): Deno.NetAddr {
    return this.#conn.remoteAddr as Deno.NetAddr;
  }

  /** When something has to be done about the peer's saying nothing. */
  #silenceAt({ silenceMs }: Link): number {
    const isAsked = this.#askedAfter === this.lastHeard;
    return this.lastHeard + (isAsked ? silenceMs : silenceMs * DEVICE.askAfterSilence);
  }

  /** First the peer is asked for a sign of life; then it is gone. */
  #breakSilence(link: Link, now: number): void {
    if (now - this.lastHeard >= link.silenceMs) return this.close("silent");
    this.#askedAfter = this.lastHeard;
    link.probe(now);
  }

  /** Collects the first bytes until they say who this is, and looks again while they could say more. */
  async #identify(chunk: Uint8Array): Promise<void> {
    this.#passage.heard();
    await this.#claimed;
    const status = this.#status;
    if (status.type === "closed" || status.type === "claiming") return;
    if (status.type === "greeting") return await this.#greet(status, chunk);
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
    else if (mayBeHello(preamble)) await this.#beginGreeting(preamble);
  }

  async #beginGreeting(preamble: Uint8Array): Promise<void> {
    const { cabinets, now } = this.#context;
    const greeting = new Greeting({ cabinets, random: randomBytes, write: (bytes) => this.send(bytes) });
    const status = { type: "greeting", since: now(), greeting } as const;
    this.#status = status;
    this.#preamble = NOTHING;
    await this.#greet(status, preamble);
  }

  async #greet(status: Status & { type: "greeting" }, chunk: Uint8Array): Promise<void> {
    const greeted = await status.greeting.received(chunk);
    if (!greeted || this.#status !== status) return;
    if (greeted.type === "proven") return await this.#welcome(greeted);
    await this.#refuse(greeted.reason, greeted);
  }

  /** Claims the controller's cabinet and welcomes it, unless the connection ended meanwhile. */
  async #welcome(proven: Proven): Promise<void> {
    const claim = await this.#claimOf(proven.cabinet);
    if (!claim) return;
    const status = this.#status;
    const admission = await admitController(proven, { claim, context: this.#context });
    if (this.#status !== status) return;
    if ("refused" in admission) return await this.#refuse(admission.refused, admission);
    this.send(admission.answer);
    this.#serve(admission.tenure, { rest: proven.rest });
  }

  /** Says why it hangs up, and does so once that was written, or soon. */
  async #refuse(
    reason: CloseReason,
    { answer, error }: { answer: Uint8Array | undefined; error?: unknown },
  ): Promise<void> {
    if (answer) {
      this.send(answer);
      await this.#outbox.flush(CONTROLLER.refusalMs);
    }
    this.close(reason, error);
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

  /** Claims the cabinet and serves it, unless the connection ended meanwhile. */
  async #claim(match: Registration): Promise<void> {
    const { cabinet, length, maybeLonger } = match;
    const claim = await this.#claimOf(cabinet);
    if (!claim) return;
    if (!("epoch" in claim)) return this.close(claim.refused, claim.error);
    const { epoch } = claim;
    const preamble = this.#preamble;
    const until = this.#context.now() + DEVICE.registrationGapMs;
    this.#serve({ cabinet, epoch, line: (port, at) => new Bus(cabinet, { port, ...at }) }, {
      guess: maybeLonger ? { until, match, preamble } : undefined,
      rest: preamble.subarray(length),
    });
  }

  /** Whether it serves the cabinet from now on; `undefined`: the connection is over. */
  async #claimOf(cabinet: DeviceCabinet): Promise<ClaimResult | undefined> {
    const status: Status = { type: "claiming", since: this.#context.now() };
    this.#status = status;
    this.reschedule();
    const { hostname } = this.#address;
    const claim = await claimCabinet(cabinet, { hostname, context: this.#context });
    return this.#status === status ? claim : undefined;
  }

  #serve(tenure: Tenure, { guess, rest }: { guess?: Guess | undefined; rest: Uint8Array }): void {
    const now = this.#context.now();
    const link = new Link(tenure, this, this.#context);
    this.#status = { type: "serving", link, guess };
    this.#preamble = NOTHING;
    this.#context.report({ type: "registered", cabinet: tenure.cabinet.id, peer: this.#peer });
    this.#passage.over();
    this.#passage = NO_GATE;
    if (rest.length > 0) link.receive(rest, now);
    link.tick(now);
    this.reschedule();
  }
}

function randomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}

/**
 * Finding out who a device is: from its first bytes until a cabinet is served and no byte could show any more that it
 * is another one.
 *
 * A DTU that is not served is told nothing and hung up on {@linkcode DEVICE.answerMs} after what it said was looked up,
 * whatever the reason, so that nobody learns which registrations there are.
 *
 * @module
 */
import { DEVICE } from "../../lib/limits.ts";
import { type AdmissionResult, admitController } from "./controller_admission.ts";
import { SerialBus } from "../bus/bus.ts";
import { claimRefusalOf, type ClaimResult, takeEpoch } from "./claim.ts";
import type { CloseReason, DeviceContext } from "../context.ts";
import type { ConnectionAdmission } from "../entrance/queued_admission.ts";
import type { ProvenController } from "../controller/proof.ts";
import { refusalOf } from "../controller/greeting_answers.ts";
import { HandshakeReader, type RegisteredDtu } from "./handshake_reader.ts";
import type { CabinetConnectionHost, ServedCabinet } from "../cabinet_connection.ts";

/** The connection of which it is to be found out; when it closes, it calls {@linkcode Identification.end}. */
export interface IdentificationHost extends Omit<CabinetConnectionHost, "lastHeard"> {
  /** From now on the cabinet is served; `rest` came behind what said who it is. */
  serve(tenure: ServedCabinet, rest: Uint8Array): void;
  /** What is served turned out to be another cabinet. */
  leave(): void;
  /** What is served is right, and nothing is left to find out; `rest` came meanwhile. */
  settled(rest?: Uint8Array): void;
  /** Tells the peer why, if there is an answer, and closes. */
  refuse(reason: CloseReason, told: { answer: Uint8Array | undefined; error?: unknown }): Promise<void>;
}

/** How far it is. */
type IdentificationStep =
  /** The device says who it is. */
  | { readonly type: "listening" }
  /** It has registered, but a longer registration begins so, of which more may come until then. */
  | { readonly type: "guessing"; readonly until: number; readonly known: RegisteredDtu }
  /** It is known who this is, and whether its cabinet may be claimed is being asked. */
  | { readonly type: "asking" }
  /** Whether its cabinet may be claimed is asked then. */
  | {
    readonly type: "waiting";
    readonly until: number;
    readonly known: RegisteredDtu;
    readonly why: CloseReason;
  }
  /** It is not served. */
  | { readonly type: "held"; readonly why: CloseReason }
  /** The cabinet's next epoch is on its way. */
  | { readonly type: "claiming" }
  /** The cabinet is served, but what comes until then could still show that this is another one. */
  | { readonly type: "doubting"; readonly until: number; readonly cabinet: string }
  | { readonly type: "over" };

const OVER: IdentificationStep = { type: "over" };

/** Why a device was hung up on that may have been right. */
const NO_STRANGERS: readonly CloseReason[] = ["stopping", "database-unavailable", "cabinet-changed"];

/** See the module. What is on its way when the step changes comes to nothing. */
export class Identification {
  readonly #host: IdentificationHost;
  readonly #context: DeviceContext;
  readonly #passage: ConnectionAdmission;
  readonly #introduction: HandshakeReader;
  #step: IdentificationStep = { type: "listening" };
  /** When it is hung up on if it serves no cabinet, in the context's milliseconds. */
  #lateAt: number;
  #isLookedUp = false;
  /** How many bytes came. */
  #bytes = 0;
  /** What goes on because some time passed; what comes now waits for it. */
  #resumed: Promise<void> | undefined;
  /** Whether it was told that somebody claims a cabinet that is not his. */
  #isNoted = false;
  #isServed = false;
  /** The cabinet whose registration it said. */
  #claimed: string | undefined;
  readonly #decided = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<undefined>();

  /** @param options.passage is told how far it is */
  constructor(
    host: IdentificationHost,
    { context, passage }: { context: DeviceContext; passage: ConnectionAdmission },
  ) {
    this.#host = host;
    this.#context = context;
    this.#passage = passage;
    const { cabinets } = context;
    this.#introduction = new HandshakeReader({
      cabinets: {
        register: (preamble) => this.#inTurn(() => cabinets.register(preamble)),
        controller: (id) => this.#inTurn(() => cabinets.controller(id)),
      },
      random: (length) => crypto.getRandomValues(new Uint8Array(length)),
      write: (bytes) => host.send(bytes),
    });
    this.#lateAt = this.#in(DEVICE.registerMs);
  }

  /** See {@linkcode HandshakeReader.said}. */
  get said(): string {
    return this.#introduction.said;
  }

  /** The cabinet that it claims to be, as far as it said so. */
  get claimed(): string | undefined {
    return this.#claimed ?? this.#introduction.claimed;
  }

  /** When {@linkcode wake} wants to be called next. */
  get wakeAt(): number {
    const step = this.#step;
    const until = "until" in step ? step.until : Infinity;
    return step.type === "doubting" || step.type === "over" ? until : Math.min(until, this.#lateAt);
  }

  wake(now: number): void {
    const step = this.#step;
    if (now < this.wakeAt) return;
    if (step.type === "doubting") this.#host.settled();
    else if (now >= this.#lateAt) this.#host.close(this.#reasonWhenLate);
    else if ("known" in step) this.#resume(step);
  }

  /** Takes what the device sent. Call it again only when that is over. Never rejects but for a mistake in here. */
  async received(chunk: Uint8Array): Promise<void> {
    await this.#resumed;
    this.#bytes += chunk.length;
    const step = this.#step;
    if (step.type === "doubting") return await this.#reconsider(step.cabinet, chunk);
    // With more bytes than it was made from, a guess is none any more.
    if (step.type === "listening" || step.type === "guessing") return await this.#listen(chunk);
    if (step.type === "over") return this.#isServed ? this.#host.settled(chunk) : undefined;
    if (this.#bytes > DEVICE.preambleBytesMax) await this.#decided.promise;
  }

  /** The connection is closed. */
  end(reason: CloseReason): void {
    const { type } = this.#step;
    if (type === "over") return;
    this.#step = OVER;
    // One whose address has changed asks for longer than it has, and is served when it comes again.
    const mayBeRight = type === "asking" || NO_STRANGERS.includes(reason);
    const isStranger = !this.#isServed && this.#bytes > 0 && !mayBeRight;
    this.#passage.gone({ isStranger });
    this.#decided.resolve();
    this.#ended.resolve(undefined);
  }

  /** Resolves when nothing is on its way any more. */
  async release(): Promise<void> {
    await this.#resumed;
  }

  async #listen(chunk: Uint8Array): Promise<void> {
    const step = this.#enter({ type: "listening" });
    const introduced = await this.#introduction.received(chunk);
    if (!introduced || this.#step !== step) return;
    if (introduced.type === "hello") await this.#greet(introduced.bytes);
    else if (introduced.type === "registered") await this.#registered(step, introduced);
    else if (introduced.type === "proven") await this.#claim(introduced);
    else if (introduced.reason === "too-long-registration") await this.#readNoMore(introduced.reason);
    else await this.#host.refuse(introduced.reason, introduced);
  }

  /** A controller has time anew for its greeting. */
  async #greet(bytes: Uint8Array): Promise<void> {
    this.#lateAt = this.#in(DEVICE.registerMs);
    await this.#listen(bytes);
  }

  /**
   * Serves the cabinet. Where a longer registration begins with these bytes and the cabinet is not served at once, the DTU
   * has time to finish what it says first: a connection that the cabinet has is not displaced before.
   */
  async #registered(step: IdentificationStep, known: RegisteredDtu): Promise<void> {
    const isGuess = known.maybeLonger && (this.#passage.isSlowed || await this.#isOwned(known.cabinet.id));
    if (this.#step !== step) return;
    if (isGuess) this.#pause({ type: "guessing", until: this.#in(DEVICE.registrationGapMs), known });
    else await this.#believe(known);
  }

  /** The DTU has said all of its registration. */
  async #believe(known: RegisteredDtu): Promise<void> {
    if (!this.#passage.isSlowed) return await this.#claim(known);
    this.#wait(known, { why: "unknown-registration", ms: DEVICE.slowedMs });
  }

  /** Whether the cabinet has a connection; one that cannot be asked counts. */
  async #isOwned(cabinet: string): Promise<boolean> {
    try {
      return await this.#orEnd(this.#context.router.request(cabinet, { type: "status" })) !== undefined;
    } catch {
      return true;
    }
  }

  /** More came while it was not sure who is served. */
  async #reconsider(cabinet: string, chunk: Uint8Array): Promise<void> {
    const step = this.#enter({ type: "doubting", until: Infinity, cabinet });
    const introduced = await this.#introduction.received(chunk);
    if (this.#step !== step) return;
    if (introduced?.type === "refused") return this.#host.close(introduced.reason, introduced.error);
    if (introduced?.type !== "registered") return this.#host.close("unknown-registration");
    if (introduced.cabinet.id === cabinet) return this.#host.settled(chunk);
    this.#host.leave();
    this.#lateAt = this.#in(DEVICE.answerMs);
    await this.#claim(introduced);
  }

  #resume({ type, known }: IdentificationStep & { readonly known: RegisteredDtu }): void {
    const going = type === "guessing" ? this.#believe(known) : this.#claim(known);
    this.#resumed = going.catch((error) => this.#host.close("failed", error));
  }

  /** Claims the cabinet, unless somebody objects, and serves it. */
  async #claim(known: RegisteredDtu | ProvenController): Promise<void> {
    this.#claimed = known.cabinet.id;
    const step = this.#enter({ type: "asking" });
    if (known.type === "proven") this.#lateAt = this.#in(DEVICE.registerMs);
    this.#host.reschedule();
    const context = this.#context;
    const why = await this.#orEnd(claimRefusalOf(known.cabinet, { hostname: this.#host.hostname, context }));
    if (this.#step !== step) return;
    if (why === undefined) return await this.#own(known);
    if (!this.#isNoted) context.records.intruded(known.cabinet.id, context.wallClock());
    this.#isNoted = true;
    if (known.type === "proven") await this.#host.refuse(why, { answer: refusalOf(why) });
    else if (why === "already-connected") this.#wait(known, { why, ms: DEVICE.claimAgainMs });
    else this.#enter({ type: "held", why });
  }

  /** Takes the cabinet's next epoch and serves it. */
  async #own(known: RegisteredDtu | ProvenController): Promise<void> {
    const step = this.#enter({ type: "claiming" });
    this.#lateAt = this.#in(DEVICE.registerMs);
    this.#host.reschedule();
    const context = this.#context;
    // An epoch ends the connection that the cabinet has: none is taken for a device that is gone when its turn comes.
    const claim = await this.#passage.turn(async () =>
      this.#step === step ? await takeEpoch(known.cabinet, context) : undefined
    );
    if (!claim || this.#step !== step) return;
    const admission = known.type === "proven"
      ? await admitController(known, { claim, context })
      : admitBoards(known, claim);
    if (this.#step !== step) return;
    if ("refused" in admission) return await this.#host.refuse(admission.refused, admission);
    if (admission.answer) this.#host.send(admission.answer);
    this.#serve(admission.tenure, known);
  }

  #serve(tenure: ServedCabinet, known: RegisteredDtu | ProvenController): void {
    const isSure = known.type === "proven" || !known.maybeLonger;
    const until = this.#in(DEVICE.registrationGapMs);
    this.#step = isSure ? OVER : { type: "doubting", until, cabinet: known.cabinet.id };
    this.#isServed = true;
    this.#decided.resolve();
    this.#host.serve(tenure, known.rest);
    this.#passage.served();
    if (isSure) this.#host.settled();
  }

  #wait(known: RegisteredDtu, { why, ms }: { why: CloseReason; ms: number }): void {
    this.#pause({ type: "waiting", until: this.#in(ms), known, why });
  }

  #pause(step: IdentificationStep & { type: "guessing" | "waiting" }): void {
    this.#enter(step);
    this.#host.reschedule();
  }

  async #readNoMore(why: CloseReason): Promise<void> {
    this.#enter({ type: "held", why });
    await this.#decided.promise;
  }

  /** Looks something up when the connection's turn has come. The waiting takes none of the device's time. */
  #inTurn<T>(lookUp: () => Promise<T | undefined>): Promise<T | undefined> {
    const [since, lateAt] = [this.#in(0), this.#lateAt];
    this.#lateAt = this.#in(DEVICE.turnMs);
    return this.#passage.turn(() => {
      this.#lateAt = this.#isLookedUp ? lateAt + this.#in(-since) : this.#in(DEVICE.answerMs);
      this.#isLookedUp = true;
      this.#host.reschedule();
      return this.#step.type === "over" ? Promise.resolve(undefined) : lookUp();
    });
  }

  /**
   * What the cabinet's owner answers, or `undefined` once the connection is closed: the owner may take
   * {@linkcode DEVICE.signOfLifeElsewhereMs}, and a service that stops waits for all that its connections do.
   */
  async #orEnd<T>(answer: Promise<T>): Promise<T | undefined> {
    return await Promise.race([answer, this.#ended.promise]);
  }

  get #reasonWhenLate(): CloseReason {
    const step = this.#step;
    if (step.type === "held" || step.type === "waiting") return step.why;
    if (step.type === "claiming") return "database-unavailable";
    return step.type === "asking" ? "already-connected" : this.#introduction.reasonWhenLate;
  }

  #enter<Next extends IdentificationStep>(step: Next): Next {
    this.#step = step;
    return step;
  }

  /** The time in so many milliseconds. */
  #in(ms: number): number {
    return this.#context.now() + ms;
  }
}

/** As {@linkcode admitController}, but boards are told nothing. */
function admitBoards(
  { cabinet }: RegisteredDtu,
  claim: ClaimResult,
): AdmissionResult | { tenure: ServedCabinet; answer?: never } {
  if (!("epoch" in claim)) return { ...claim, answer: undefined };
  return {
    tenure: { cabinet, epoch: claim.epoch, line: (port, at) => new SerialBus(cabinet, { port, ...at }) },
  };
}

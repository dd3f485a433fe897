import type { UnknownDeviceReason } from "../../cabinet/devices.ts";
import { DEVICE } from "../../lib/limits.ts";
import { admitBoards, admitController, claimRefusalOf, takeEpoch } from "./admission.ts";
import type { CloseReason, DeviceContext } from "../context.ts";
import type { ConnectionAdmission } from "../entrance/queued_admission.ts";
import type { ProvenController } from "../controller/proof.ts";
import { refusalOf } from "../controller/greeting_answers.ts";
import { HandshakeReader, type RegisteredDtu } from "./handshake_reader.ts";
import type { CabinetConnectionHost, ServedCabinet } from "../cabinet_connection.ts";

/** The connection whose device is identified. When it closes, it calls {@linkcode Identification.end}. */
export interface IdentificationHost extends Omit<CabinetConnectionHost, "lastHeard"> {
  /** From now on the cabinet is served; `rest` are the bytes behind the registration or the proof. */
  serve(served: ServedCabinet, rest: Uint8Array): void;
  /** The device is another cabinet than the one that is served. */
  releaseCabinet(): void;
  /** The right cabinet is served, and the identification is complete; `rest` was received meanwhile. */
  identified(rest?: Uint8Array): void;
  /** Sends the peer the answer, if there is one, and closes. */
  refuse(reason: CloseReason, told: { answer: Uint8Array | undefined; error?: unknown }): Promise<void>;
}

/** How far the identification is. */
type IdentificationStep =
  /** The device has not named its cabinet yet. */
  | { readonly type: "listening" }
  /** The device has registered, but a longer registration begins like this one, and may come until then. */
  | { readonly type: "guessing"; readonly until: number; readonly known: RegisteredDtu }
  /** The device is identified, and its claim to the cabinet is being checked. */
  | { readonly type: "checking" }
  /** The claim is checked again at that time. */
  | {
    readonly type: "waiting";
    readonly until: number;
    readonly known: RegisteredDtu;
    readonly why: CloseReason;
  }
  /** The device will not be served. */
  | { readonly type: "rejected"; readonly why: CloseReason }
  /** The cabinet's next epoch is being taken. */
  | { readonly type: "claiming" }
  /** The cabinet is served, but bytes until then could still show that the device is another one. */
  | { readonly type: "provisional"; readonly until: number; readonly cabinet: string }
  | { readonly type: "over" };

const OVER: IdentificationStep = { type: "over" };

/** The reasons for which a device is disconnected that may have been right. */
const BLAMELESS: readonly CloseReason[] = ["stopping", "database-unavailable", "cabinet-changed"];

/**
 * Finds out who a device is: from its first bytes until a cabinet is served and no byte can show any more
 * that the device is another one. When the step changes, the results of what is under way are ignored.
 *
 * A DTU that is not served is told nothing. It is disconnected {@linkcode DEVICE.answerMs} after its bytes
 * were looked up, whatever the reason, so that no stranger learns which registrations exist.
 */
export class Identification {
  readonly #host: IdentificationHost;
  readonly #context: DeviceContext;
  readonly #admission: ConnectionAdmission;
  readonly #reader: HandshakeReader;
  #step: IdentificationStep = { type: "listening" };
  /** When the device is disconnected if it serves no cabinet, in the context's milliseconds. */
  #deadline: number;
  #wasLookedUp = false;
  /** How many bytes were received. */
  #bytes = 0;
  /** What goes on because its time has come; new bytes wait for it. */
  #resumed: Promise<void> | undefined;
  /** Whether it was reported that the device claims another one's cabinet. */
  #isIntrusionReported = false;
  #isServed = false;
  /** The cabinet whose registration the device sent. */
  #claimed: string | undefined;
  readonly #decision = Promise.withResolvers<void>();
  readonly #end = Promise.withResolvers<undefined>();

  /** @param options.admission is told how far the identification is */
  constructor(
    host: IdentificationHost,
    { context, admission }: { context: DeviceContext; admission: ConnectionAdmission },
  ) {
    this.#host = host;
    this.#context = context;
    this.#admission = admission;
    const { cabinets } = context;
    this.#reader = new HandshakeReader({
      cabinets: {
        findByRegistration: (preamble) =>
          this.#lookUpWhenAdmitted(() => cabinets.findByRegistration(preamble)),
        findController: (id) => this.#lookUpWhenAdmitted(() => cabinets.findController(id)),
      },
      random: (length) => crypto.getRandomValues(new Uint8Array(length)),
      write: (bytes) => host.send(bytes),
    });
    this.#deadline = this.#after(DEVICE.registerMs);
  }

  get said(): string {
    return this.#reader.said;
  }

  get unknown(): UnknownDeviceReason | undefined {
    return this.#reader.unknown;
  }

  /** The cabinet that the device claims to be, if it has said so. */
  get claimed(): string | undefined {
    return this.#claimed ?? this.#reader.claimed;
  }

  /** When {@linkcode wake} has to be called next. */
  get wakeAt(): number {
    const step = this.#step;
    const until = "until" in step ? step.until : Infinity;
    return step.type === "provisional" || step.type === "over" ? until : Math.min(until, this.#deadline);
  }

  wake(now: number): void {
    const step = this.#step;
    if (now < this.wakeAt) return;
    if (step.type === "provisional") this.#host.identified();
    else if (now >= this.#deadline) this.#host.close(this.#timeoutReason);
    else if ("known" in step) this.#resume(step);
  }

  /** Takes what the device sent. Not to be called again before it resolves. Rejects only because of a bug. */
  async received(chunk: Uint8Array): Promise<void> {
    await this.#resumed;
    this.#bytes += chunk.length;
    const step = this.#step;
    if (step.type === "provisional") return await this.#reconsider(step.cabinet, chunk);
    // More bytes than the guess was made from make it void.
    if (step.type === "listening" || step.type === "guessing") return await this.#listen(chunk);
    if (step.type === "over") return this.#isServed ? this.#host.identified(chunk) : undefined;
    if (this.#bytes > DEVICE.preambleBytesMax) await this.#decision.promise;
  }

  /** The connection is closed. */
  end(reason: CloseReason): void {
    const { type } = this.#step;
    if (type === "over") return;
    this.#step = OVER;
    // A device whose address has changed asks for longer than it has time, and is served when it comes again.
    const mayBeRight = type === "checking" || BLAMELESS.includes(reason);
    const isUnknown = !this.#isServed && this.#bytes > 0 && !mayBeRight;
    this.#admission.markClosed({ isUnknown });
    this.#decision.resolve();
    this.#end.resolve(undefined);
  }

  /** Resolves when nothing is under way any more. */
  async release(): Promise<void> {
    await this.#resumed;
  }

  async #listen(chunk: Uint8Array): Promise<void> {
    const step = this.#setStep({ type: "listening" });
    const result = await this.#reader.received(chunk);
    if (!result || this.#step !== step) return;
    if (result.type === "hello") await this.#greet(result.bytes);
    else if (result.type === "registered") await this.#registered(step, result);
    else if (result.type === "proven") await this.#claim(result);
    else if (result.reason === "too-long-registration") await this.#rejectSilently(result.reason);
    else await this.#host.refuse(result.reason, result);
  }

  /** A controller gets its time anew for the greeting. */
  async #greet(bytes: Uint8Array): Promise<void> {
    this.#deadline = this.#after(DEVICE.registerMs);
    await this.#listen(bytes);
  }

  /**
   * Serves the cabinet. If a longer registration begins with these bytes and the network is slowed down or the
   * cabinet has a connection, the DTU first gets the time to finish, so that no connection is displaced too early.
   */
  async #registered(step: IdentificationStep, known: RegisteredDtu): Promise<void> {
    const isGuess = known.maybeLonger && (this.#admission.isSlowed || await this.#isOwned(known.cabinet.id));
    if (this.#step !== step) return;
    if (isGuess) this.#pause({ type: "guessing", until: this.#after(DEVICE.registrationGapMs), known });
    else await this.#accept(known);
  }

  /** The registration is complete. */
  async #accept(known: RegisteredDtu): Promise<void> {
    if (!this.#admission.isSlowed) return await this.#claim(known);
    this.#retryLater(known, { why: "unknown-registration", ms: DEVICE.slowedMs });
  }

  /** Whether the cabinet has a connection; one that cannot be asked counts. */
  async #isOwned(cabinet: string): Promise<boolean> {
    try {
      return await this.#untilEnded(this.#context.router.request(cabinet, { type: "status" })) !== undefined;
    } catch {
      return true;
    }
  }

  /** More bytes came while it was not certain that the right cabinet is served. */
  async #reconsider(cabinet: string, chunk: Uint8Array): Promise<void> {
    const step = this.#setStep({ type: "provisional", until: Infinity, cabinet });
    const result = await this.#reader.received(chunk);
    if (this.#step !== step) return;
    if (result?.type === "refused") return this.#host.close(result.reason, result.error);
    if (result?.type !== "registered") return this.#host.close("unknown-registration");
    if (result.cabinet.id === cabinet) return this.#host.identified(chunk);
    this.#host.releaseCabinet();
    this.#deadline = this.#after(DEVICE.answerMs);
    await this.#claim(result);
  }

  #resume({ type, known }: IdentificationStep & { readonly known: RegisteredDtu }): void {
    const going = type === "guessing" ? this.#accept(known) : this.#claim(known);
    this.#resumed = going.catch((error) => this.#host.close("failed", error));
  }

  /** Claims the cabinet, and serves it if the claim is not refused. */
  async #claim(known: RegisteredDtu | ProvenController): Promise<void> {
    this.#claimed = known.cabinet.id;
    const step = this.#setStep({ type: "checking" });
    if (known.type === "proven") this.#deadline = this.#after(DEVICE.registerMs);
    this.#host.reschedule();
    const context = this.#context;
    const why = await this.#untilEnded(
      claimRefusalOf(known.cabinet, { hostname: this.#host.hostname, context }),
    );
    if (this.#step !== step) return;
    if (why === undefined) return await this.#own(known);
    if (!this.#isIntrusionReported) context.records.intruded(known.cabinet.id, context.wallClock());
    this.#isIntrusionReported = true;
    if (known.type === "proven") await this.#host.refuse(why, { answer: refusalOf(why) });
    else if (why === "already-connected") this.#retryLater(known, { why, ms: DEVICE.claimAgainMs });
    else this.#setStep({ type: "rejected", why });
  }

  /** Takes the cabinet's next epoch and serves it. */
  async #own(known: RegisteredDtu | ProvenController): Promise<void> {
    const step = this.#setStep({ type: "claiming" });
    this.#deadline = this.#after(DEVICE.registerMs);
    this.#host.reschedule();
    const context = this.#context;
    // An epoch ends the cabinet's connection, so none is taken for a device that is gone when its turn comes.
    const claim = await this.#admission.runWhenAdmitted(async () =>
      this.#step === step ? await takeEpoch(known.cabinet, context) : undefined
    );
    if (!claim || this.#step !== step) return;
    const admission = known.type === "proven"
      ? await admitController(known, { claim, context })
      : admitBoards(known, claim);
    if (this.#step !== step) return;
    if ("refused" in admission) return await this.#host.refuse(admission.refused, admission);
    if (admission.answer) this.#host.send(admission.answer);
    this.#serve(admission.served, known);
  }

  #serve(served: ServedCabinet, known: RegisteredDtu | ProvenController): void {
    const isSure = known.type === "proven" || !known.maybeLonger;
    const until = this.#after(DEVICE.registrationGapMs);
    this.#step = isSure ? OVER : { type: "provisional", until, cabinet: known.cabinet.id };
    this.#isServed = true;
    this.#decision.resolve();
    this.#host.serve(served, known.rest);
    this.#admission.markServing();
    if (isSure) this.#host.identified();
  }

  #retryLater(known: RegisteredDtu, { why, ms }: { why: CloseReason; ms: number }): void {
    this.#pause({ type: "waiting", until: this.#after(ms), known, why });
  }

  #pause(step: IdentificationStep & { type: "guessing" | "waiting" }): void {
    this.#setStep(step);
    this.#host.reschedule();
  }

  async #rejectSilently(why: CloseReason): Promise<void> {
    this.#setStep({ type: "rejected", why });
    await this.#decision.promise;
  }

  /** Looks something up when the connection is admitted. Waiting takes none of the device's time. */
  #lookUpWhenAdmitted<T>(lookUp: () => Promise<T | undefined>): Promise<T | undefined> {
    const [since, deadline] = [this.#after(0), this.#deadline];
    this.#deadline = this.#after(DEVICE.turnMs);
    return this.#admission.runWhenAdmitted(() => {
      this.#deadline = this.#wasLookedUp ? deadline + this.#after(-since) : this.#after(DEVICE.answerMs);
      this.#wasLookedUp = true;
      this.#host.reschedule();
      return this.#step.type === "over" ? Promise.resolve(undefined) : lookUp();
    });
  }

  /**
   * What the cabinet's owner answers, or `undefined` once the connection is closed: the owner may take {@linkcode
   * DEVICE.signOfLifeElsewhereMs}, and a service that stops waits for everything that its connections do.
   */
  async #untilEnded<T>(answer: Promise<T>): Promise<T | undefined> {
    return await Promise.race([answer, this.#end.promise]);
  }

  get #timeoutReason(): CloseReason {
    const step = this.#step;
    if (step.type === "rejected" || step.type === "waiting") return step.why;
    if (step.type === "claiming") return "database-unavailable";
    return step.type === "checking" ? "already-connected" : this.#reader.timeoutReason;
  }

  #setStep<Next extends IdentificationStep>(step: Next): Next {
    this.#step = step;
    return step;
  }

  /** The time in so many milliseconds. */
  #after(ms: number): number {
    return this.#context.now() + ms;
  }
}

/**
 * Finding out who a device is: from its first bytes until a cabinet is served and no byte could show any more that it
 * is another one.
 *
 * @module
 */
import { DEVICE } from "../limits.ts";
import { type Admission, admitController } from "./admission.ts";
import { Bus } from "./bus.ts";
import { claimCabinet, type ClaimResult } from "./claiming.ts";
import type { CloseReason, DeviceContext } from "./context.ts";
import type { Passage } from "./gate.ts";
import type { Proven } from "./greeting.ts";
import { Introduction, type Registered } from "./introduction.ts";
import type { LinkHost, Tenure } from "./link.ts";

/** The connection of which it is to be found out; when it closes, it calls {@linkcode Identification.end}. */
export interface IdentificationHost extends Omit<LinkHost, "lastHeard"> {
  /** The peer's address. */
  readonly hostname: string;
  /** From now on the cabinet is served; `rest` came behind what said who it is. */
  serve(tenure: Tenure, rest: Uint8Array): void;
  /** What is served turned out to be another cabinet. */
  leave(): void;
  /** What is served is right, and nothing is left to find out; `rest` came meanwhile. */
  settled(rest?: Uint8Array): void;
  /** Tells the peer why, if there is an answer, and closes. */
  refuse(reason: CloseReason, told: { answer: Uint8Array | undefined; error?: unknown }): Promise<void>;
}

/** How far it is. Who is not further at `lateAt`, in the context's milliseconds, is hung up on. */
type Step =
  /** The device says who it is. */
  | { readonly type: "listening"; readonly lateAt: number }
  /** It has registered, but a longer registration begins so, of which more may come until then. */
  | { readonly type: "guessing"; readonly lateAt: number; readonly until: number; readonly guess: Registered }
  /** It is known who this is, and the cabinet's next epoch is on its way. */
  | { readonly type: "claiming"; readonly lateAt: number }
  /** The cabinet is served, but what comes until then could still show that this is another one. */
  | { readonly type: "doubting"; readonly until: number; readonly cabinet: string }
  | { readonly type: "over" };

type Listening = Step & { type: "listening" };

const OVER: Step = { type: "over" };

/** See the module. Whatever is on its way when the step changes comes to nothing. */
export class Identification {
  readonly #host: IdentificationHost;
  readonly #context: DeviceContext;
  readonly #passage: Passage;
  readonly #introduction: Introduction;
  #step: Step;
  /** The claim that began because nothing more came; what comes now waits for it. */
  #claimed: Promise<void> | undefined;

  /** @param options.passage is told how far it is */
  constructor(host: IdentificationHost, { context, passage }: { context: DeviceContext; passage: Passage }) {
    this.#host = host;
    this.#context = context;
    this.#passage = passage;
    this.#introduction = new Introduction({
      cabinets: context.cabinets,
      random: (length) => crypto.getRandomValues(new Uint8Array(length)),
      write: (bytes) => host.send(bytes),
    });
    this.#step = { type: "listening", lateAt: this.#lateAt() };
  }

  /** See {@linkcode Introduction.said}. */
  get said(): string {
    return this.#introduction.said;
  }

  /** When {@linkcode wake} wants to be called next. */
  get wakeAt(): number {
    const step = this.#step;
    const until = "until" in step ? step.until : Infinity;
    return "lateAt" in step ? Math.min(until, step.lateAt) : until;
  }

  wake(now: number): void {
    const step = this.#step;
    if (step.type === "doubting" && now >= step.until) {
      this.#host.settled();
    } else if (step.type === "guessing" && now >= step.until) {
      this.#claimed = this.#claim(step.guess).catch((error) => this.#host.close("failed", error));
    } else if ("lateAt" in step && now >= step.lateAt) {
      this.#host.close(step.type === "claiming" ? "database-unavailable" : this.#introduction.reasonWhenLate);
    }
  }

  /** Takes what the device sent. Call it again only when that is over. Never rejects but for a mistake in here. */
  async received(chunk: Uint8Array): Promise<void> {
    this.#passage.heard();
    await this.#claimed;
    const step = this.#step;
    if (step.type === "doubting") return await this.#reconsider(step.cabinet, chunk);
    // With more bytes than it was made from, a guess is none any more.
    if (step.type === "listening" || step.type === "guessing") await this.#listen(step.lateAt, chunk);
  }

  /** The connection is closed. */
  end(): void {
    this.#step = OVER;
  }

  /** Makes room at the gate. Resolves when nothing is on its way any more. */
  async release(): Promise<void> {
    this.#passage.over();
    await this.#claimed;
  }

  async #listen(lateAt: number, chunk: Uint8Array): Promise<void> {
    const step = this.#enter({ type: "listening", lateAt });
    const introduced = await this.#introduction.received(chunk);
    if (!introduced || this.#step !== step) return;
    // A controller has time anew for its greeting.
    if (introduced.type === "hello") await this.#listen(this.#lateAt(), introduced.bytes);
    else if (introduced.type === "registered") await this.#registered(step, introduced);
    else if (introduced.type === "proven") await this.#claim(introduced);
    else await this.#host.refuse(introduced.reason, introduced);
  }

  /**
   * Serves the cabinet. Where a longer registration begins with these bytes and the cabinet has a connection
   * already, that one is not displaced before the DTU had time to finish what it says.
   */
  async #registered(step: Listening, registered: Registered): Promise<void> {
    const isOwned = registered.maybeLonger && await this.#isOwned(registered.cabinet.id);
    if (this.#step !== step) return;
    if (!isOwned) return await this.#claim(registered);
    this.#enter({ type: "guessing", lateAt: step.lateAt, until: this.#gapEnd(), guess: registered });
    this.#host.reschedule();
  }

  /** Whether the cabinet has a connection; one that cannot be asked counts. */
  async #isOwned(cabinet: string): Promise<boolean> {
    try {
      return await this.#context.router.request(cabinet, { type: "status" }) !== undefined;
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
    await this.#claim(introduced);
  }

  /** Claims the cabinet and serves it. */
  async #claim(known: Registered | Proven): Promise<void> {
    const step = this.#enter({ type: "claiming", lateAt: this.#lateAt() });
    this.#host.reschedule();
    const context = this.#context;
    const claim = await claimCabinet(known.cabinet, { hostname: this.#host.hostname, context });
    if (this.#step !== step) return;
    const admission = known.type === "proven"
      ? await admitController(known, { claim, context })
      : admitBoards(known, claim);
    if (this.#step !== step) return;
    if ("refused" in admission) return await this.#host.refuse(admission.refused, admission);
    if (admission.answer) this.#host.send(admission.answer);
    this.#serve(admission.tenure, known);
  }

  #serve(tenure: Tenure, known: Registered | Proven): void {
    const isSure = known.type === "proven" || !known.maybeLonger;
    this.#step = isSure ? OVER : { type: "doubting", until: this.#gapEnd(), cabinet: known.cabinet.id };
    this.#host.serve(tenure, known.rest);
    this.#passage.over();
    if (isSure) this.#host.settled();
  }

  #enter<Next extends Step>(step: Next): Next {
    this.#step = step;
    return step;
  }

  #lateAt(): number {
    return this.#context.now() + DEVICE.registerMs;
  }

  #gapEnd(): number {
    return this.#context.now() + DEVICE.registrationGapMs;
  }
}

/** As {@linkcode admitController}, but boards are told nothing. */
function admitBoards(
  { cabinet }: Registered,
  claim: ClaimResult,
): Admission | { tenure: Tenure; answer?: never } {
  if (!("epoch" in claim)) return { ...claim, answer: undefined };
  return { tenure: { cabinet, epoch: claim.epoch, line: (port, at) => new Bus(cabinet, { port, ...at }) } };
}

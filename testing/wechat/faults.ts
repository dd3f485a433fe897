/**
 * Faults of WeChat, and of the connection to it.
 *
 * @module
 */
import { json, type Outcome, type WechatAnswer } from "./exchange.ts";
import { HUGE_BYTES } from "./limits.ts";
import { Refusal } from "./refusal.ts";

/**
 * WeChat carries out the call, and the answer
 *
 * - `late`: takes `ms` milliseconds
 * - `cut`: ends in its middle, as if it were complete
 * - `huge`: is valid, and 10 MB long
 * - `mistyped`: has the content type of a page
 */
export type AnswerFault =
  | { readonly kind: "late"; readonly ms: number }
  | { readonly kind: "cut" | "huge" | "mistyped" };

/**
 * WeChat does not carry out the call, or it does (`isDone`); instead of the answer
 *
 * - `silent`: nothing comes
 * - `closed`: the connection is closed
 * - `busy`: errcode -1 comes
 * - `status`: HTML with that status comes
 */
export type LostAnswer =
  & ({ readonly kind: "silent" | "closed" | "busy" } | {
    readonly kind: "status";
    readonly status: 500 | 502;
  })
  & { readonly isDone?: boolean };

export type Fault = AnswerFault | LostAnswer;

/** Which calls a fault hits. */
export interface FaultPlace {
  /** @default {every path} */
  readonly path?: string;
  /** How many calls it hits. @default {Infinity} */
  readonly times?: number;
}

/** The current faults. */
export class Faults {
  readonly #everywhere = "*";
  readonly #at = new Map<string, { readonly fault: Fault; timesLeft: number }>();

  /** Sets the fault of a path, in place of its last one. */
  put(fault: Fault, { path = this.#everywhere, times = Infinity }: FaultPlace = {}): void {
    this.#at.set(path, { fault, timesLeft: times });
  }

  /** Ends the fault of that path; without a path, all faults. */
  heal(path?: string): void {
    if (path === undefined) this.#at.clear();
    else this.#at.delete(path);
  }

  /** The fault that hits a call: the path's own, else the one for every path. */
  meet(path: string): Fault | undefined {
    const place = this.#at.has(path) ? path : this.#everywhere;
    const here = this.#at.get(place);
    if (here && --here.timesLeft <= 0) this.#at.delete(place);
    return here?.fault;
  }
}

/** Whether the fault loses the answer, and does not only change it. */
export function isLostAnswer(fault: Fault): fault is LostAnswer {
  return ["silent", "closed", "busy", "status"].includes(fault.kind);
}

/** What comes in place of the answer. */
export function lostAnswer(fault: LostAnswer, path: string): Outcome {
  if (fault.kind === "busy") return json(path, new Refusal(-1).toJson(path));
  return fault.kind === "status" ? htmlOf(fault.status) : fault.kind;
}

/** The answer with the fault. The signal ends its delay. */
export async function spoilAnswer(
  fault: AnswerFault,
  answer: WechatAnswer,
  signal: AbortSignal,
): Promise<WechatAnswer> {
  switch (fault.kind) {
    case "late":
      await delay(fault.ms, signal);
      return answer;
    case "cut":
      return { ...answer, body: answer.body.slice(0, answer.body.length / 2) };
    case "huge":
      return { ...answer, body: answer.body + " ".repeat(HUGE_BYTES) };
    case "mistyped":
      return { ...answer, type: "text/html" };
  }
}

function htmlOf(status: number): WechatAnswer {
  const body = `<html><head><title>${status}</title></head><body><h1>${status}</h1><hr>nginx</body></html>`;
  return { status, type: "text/html", body };
}

function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}

/**
 * What can be wrong with WeChat and with the way there.
 *
 * @module
 */
import { type Answered, json, type Outcome } from "./exchange.ts";
import { HUGE_BYTES } from "./limits.ts";
import { Refusal } from "./refusal.ts";

/**
 * WeChat does what was asked, and the answer
 *
 * - `late`: takes so many ms
 * - `cut`: ends in its middle, as if that were all
 * - `huge`: is sound, and 10 MB long
 * - `mistyped`: says that it is a page
 */
export type Spoiling =
  | { readonly kind: "late"; readonly ms: number }
  | { readonly kind: "cut" | "huge" | "mistyped" };

/**
 * WeChat does nothing, or does what was asked and it `isDone`; instead of the answer
 *
 * - `silent`: nothing comes
 * - `closed`: the connection ends
 * - `busy`: errcode -1 comes
 * - `status`: HTML with that status comes
 */
export type Loss =
  & ({ readonly kind: "silent" | "closed" | "busy" } | {
    readonly kind: "status";
    readonly status: 500 | 502;
  })
  & { readonly isDone?: boolean };

export type Fault = Spoiling | Loss;

/** Where a fault is. */
export interface FaultPlace {
  /** @default {every path} */
  readonly path?: string;
  /** After so many calls it is over. @default {Infinity} */
  readonly times?: number;
}

/** The faults that there are now. */
export class Faults {
  readonly #everywhere = "*";
  readonly #at = new Map<string, { readonly fault: Fault; timesLeft: number }>();

  /** Puts a fault there, instead of the one that was there. */
  put(fault: Fault, { path = this.#everywhere, times = Infinity }: FaultPlace = {}): void {
    this.#at.set(path, { fault, timesLeft: times });
  }

  /** Ends the fault of that path; without a path: all. */
  heal(path?: string): void {
    if (path === undefined) this.#at.clear();
    else this.#at.delete(path);
  }

  /** The fault that a call meets; a path's own goes before that of all. */
  meet(path: string): Fault | undefined {
    const place = this.#at.has(path) ? path : this.#everywhere;
    const here = this.#at.get(place);
    if (here && --here.timesLeft <= 0) this.#at.delete(place);
    return here?.fault;
  }
}

/** Whether the answer is lost, and not only spoilt. */
export function isLoss(fault: Fault): fault is Loss {
  return ["silent", "closed", "busy", "status"].includes(fault.kind);
}

/** What comes instead of an answer. */
export function lost(fault: Loss, path: string): Outcome {
  if (fault.kind === "busy") return json(path, new Refusal(-1).toJson(path));
  return fault.kind === "status" ? htmlOf(fault.status) : fault.kind;
}

/** What comes of an answer. The signal ends the waiting. */
export async function spoilt(fault: Spoiling, answered: Answered, signal: AbortSignal): Promise<Answered> {
  switch (fault.kind) {
    case "late":
      await delay(fault.ms, signal);
      return answered;
    case "cut":
      return { ...answered, body: answered.body.slice(0, answered.body.length / 2) };
    case "huge":
      return { ...answered, body: answered.body + " ".repeat(HUGE_BYTES) };
    case "mistyped":
      return { ...answered, type: "text/html" };
  }
}

function htmlOf(status: number): Answered {
  const body = `<html><head><title>${status}</title></head><body><h1>${status}</h1><hr>nginx</body></html>`;
  return { status, type: "text/html", body };
}

function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}

import type { ErrorCode } from "../../protocol/messages.ts";
import { resultShownMs, storeAnswerMs, tapAnswerMs } from "../times.ts";
import { subjectOf, subjectOfRental, type TapRequest } from "./tap_requests.ts";
import type { CommandState, FinalState, Reason } from "../../cabinet/kinds.ts";

/** How far a running tap is. `pending`: the server has not answered yet. */
export type TapStep = "pending" | Exclude<CommandState, FinalState>;

/** How a tap ended: with the command's final state, with an error, or without an answer in time (`silence`). */
export type TapOutcome =
  | { readonly by: "server"; readonly state: FinalState; readonly reason: Reason | undefined }
  | { readonly by: "error"; readonly code: ErrorCode }
  | { readonly by: "silence" };

/** The part of a tap that a reload of the page keeps. */
export interface TapKey {
  /** The UUID because of which one tap opens at most one door. */
  readonly id: string;
  readonly request: TapRequest;
  /** The cell, once it is known: for a `store` the server chooses it. */
  readonly cell: number | undefined;
  readonly atMs: number;
  /** When it was made, by the server's clock; `undefined`: the server had not told its time. */
  readonly serverMs?: number | undefined;
}

/** A tap that waits for its answer. */
export interface PendingTap extends TapKey {
  readonly step: TapStep;
  /** How often it was sent: the answer to a later attempt may say nothing about the first one. */
  readonly attempts: number;
  /** The cell whose door did not open, before the server chose another one. */
  readonly insteadOf?: number;
}

/** A tap that has its final answer, or waited too long for it. */
export interface EndedTap extends TapKey {
  readonly step: "ended";
  readonly outcome: TapOutcome;
  readonly endedAtMs: number;
  readonly insteadOf?: number;
}

/** One tap. */
export type PageTap = PendingTap | EndedTap;

/** The taps by id: the last one on each subject. */
export type Taps = ReadonlyMap<string, PageTap>;

const stepOrder: Readonly<Record<TapStep, number>> = { pending: 0, requested: 1, sent: 2 };

/** The tap, just made or restored after a reload. */
export function beginTap(key: TapKey): PendingTap {
  return { ...key, step: "pending", attempts: 1 };
}

/** Whether the tap still waits for its answer. */
export function isRunning(tap: PageTap | undefined): tap is PendingTap {
  return tap !== undefined && tap.step !== "ended";
}

/** The taps that wait for an answer, oldest first. */
export function runningTaps(taps: Taps): readonly PendingTap[] {
  return [...taps.values()].filter(isRunning);
}

/** The last tap on this subject, as {@linkcode subjectOf} names it. */
export function tapAbout(taps: Taps, subject: string): PageTap | undefined {
  return [...taps.values()].find((tap) => subjectNow(tap) === subject);
}

/** The taps with this one in place of the last one on the same subject. */
export function withTap(taps: Taps, tap: PageTap): Taps {
  const others = [...taps].filter(([id, other]) => id !== tap.id && subjectNow(other) !== subjectNow(tap));
  return new Map([...others, [tap.id, tap]]);
}

/** The taps without this one. */
export function withoutTap(taps: Taps, id: string): Taps {
  return new Map([...taps].filter(([other]) => other !== id));
}

/** The tap at this step. The answer to a later attempt never takes it back; another cell starts from the beginning. */
export function advance(
  tap: PendingTap,
  { step, cell = tap.cell }: { readonly step: TapStep; readonly cell?: number | undefined },
): PendingTap {
  if (tap.cell !== undefined && cell !== tap.cell) return { ...tap, step, cell, insteadOf: tap.cell };
  return { ...tap, cell, step: stepOrder[step] > stepOrder[tap.step] ? step : tap.step };
}

/** The tap, ended with this outcome. */
export function endTap(tap: PageTap, { outcome, nowMs, cell = tap.cell }: TapEnding): EndedTap {
  const { id, request, atMs, insteadOf } = tap;
  const firstCell = insteadOf === undefined ? {} : { insteadOf };
  return { id, request, cell, atMs, step: "ended", outcome, endedAtMs: nowMs, ...firstCell };
}

/** How and when a tap ended. */
export interface TapEnding {
  readonly outcome: TapOutcome;
  readonly nowMs: number;
  readonly cell?: number | undefined;
}

/**
 * What an error says about a tap. "Nothing was done" is true of the attempt that it answers: after an earlier attempt,
 * or once the server has begun, the door may have opened all the same.
 */
export function outcomeOfError(tap: PendingTap, code: ErrorCode): TapOutcome {
  const isUncertain = code === "too-fast" || code === "unavailable";
  return isUncertain && (tap.attempts > 1 || tap.step !== "pending")
    ? { by: "silence" }
    : { by: "error", code };
}

/** The final state that the outcome is shown as: an error is a refusal, silence confirms nothing. */
export function finalStateOf(outcome: TapOutcome): FinalState {
  if (outcome.by === "server") return outcome.state;
  return outcome.by === "error" ? "refused" : "unconfirmed";
}

/** Whether a `store` that ended like this gave a cell. In doubt it did: something may be inside. */
export function gaveCell(outcome: TapOutcome): boolean {
  return outcome.by === "server" && outcome.state !== "refused" && outcome.state !== "failed";
}

/** When time alone changes this tap: it stops waiting, or its result is forgotten. */
export function changesAtMs(tap: PageTap): number {
  if (!isRunning(tap)) return tap.endedAtMs + resultShownMs;
  return tap.atMs + (tap.request.type === "store" ? storeAnswerMs : tapAnswerMs);
}

/** Once a `store` gave a cell its subject is the new rental, which has the tap's id. */
function subjectNow(tap: PageTap): string {
  const gave = tap.request.type === "store" && !isRunning(tap) && gaveCell(tap.outcome);
  return gave ? subjectOfRental(tap.id) : subjectOf(tap.request);
}

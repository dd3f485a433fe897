/**
 * What became of a person's taps: pure functions over the taps by id, the last one about each thing.
 *
 * @module
 */
import type { CommandState, Reason } from "../../cabinet/types.ts";
import type { ErrorCode } from "../../protocol/messages.ts";
import { resultShownMs, storeAnswerMs, tapAnswerMs } from "../times.ts";
import { subjectOf, subjectOfRental, type TapMessageDraft } from "./wishes.ts";

/** A step on the way. `pending`: the server has not answered yet. */
export type TapStep = "pending" | Extract<CommandState, "requested" | "sent">;

/** A state that nothing follows. */
export type FinalState = Exclude<CommandState, TapStep>;

/** How a tap ended: the server's word, an error, or no word in time (`silence`). */
export type TapOutcome =
  | { readonly by: "server"; readonly state: FinalState; readonly reason: Reason | undefined }
  | { readonly by: "error"; readonly code: ErrorCode }
  | { readonly by: "silence" };

/** What a tap is known by; this much survives a reload. */
export interface TapKey {
  /** The UUID that makes one tap open at most one door. */
  readonly id: string;
  readonly wish: TapMessageDraft;
  /** The cell that it is about, as soon as that is known: for a `store` the server says which. */
  readonly cell: number | undefined;
  readonly atMs: number;
  /** When it was made by the server's clock, which says how old it is; `undefined`: that is not known. */
  readonly serverMs?: number | undefined;
}

/** A tap that waits for its answer. */
export interface PendingTap extends TapKey {
  readonly step: TapStep;
  /** How often the server was asked: the answer to a repeated question may say nothing of the first one. */
  readonly asks: number;
  /** The cell whose door did not open, after which the server gave another one. */
  readonly insteadOf?: number;
}

/** A tap that has its answer, or waited too long for it. */
export interface EndedTap extends TapKey {
  readonly step: "ended";
  readonly outcome: TapOutcome;
  readonly endedAtMs: number;
  readonly insteadOf?: number;
}

/** One tap. */
export type PageTap = PendingTap | EndedTap;

/** The taps by id. */
export type Taps = ReadonlyMap<string, PageTap>;

const stepOrder: Readonly<Record<TapStep, number>> = { pending: 0, requested: 1, sent: 2 };

/** A tap that was just made, or is taken up after a reload. */
export function beginTap(key: TapKey): PendingTap {
  return { ...key, step: "pending", asks: 1 };
}

/** Whether the tap still waits for its answer. */
export function isRunning(tap: PageTap | undefined): tap is PendingTap {
  return tap !== undefined && tap.step !== "ended";
}

/** The taps that wait for an answer, oldest first. */
export function runningTaps(taps: Taps): readonly PendingTap[] {
  return [...taps.values()].filter(isRunning);
}

/** The last tap about this, as {@linkcode subjectOf} says it. */
export function tapAbout(taps: Taps, subject: string): PageTap | undefined {
  return [...taps.values()].find((tap) => subjectNow(tap) === subject);
}

/** The taps with this one in the place of the last one about the same thing. */
export function withTap(taps: Taps, tap: PageTap): Taps {
  const others = [...taps].filter(([id, one]) => id !== tap.id && subjectNow(one) !== subjectNow(tap));
  return new Map([...others, [tap.id, tap]]);
}

/** The taps without this one. */
export function withoutTap(taps: Taps, id: string): Taps {
  return new Map([...taps].filter(([of]) => of !== id));
}

/** The tap moved on to a step; the answer to a repeated question never takes it back, another cell begins anew. */
export function advance(tap: PendingTap, { step, cell = tap.cell }: Advance): PendingTap {
  if (tap.cell !== undefined && cell !== tap.cell) return { ...tap, step, cell, insteadOf: tap.cell };
  return { ...tap, cell, step: stepOrder[step] > stepOrder[tap.step] ? step : tap.step };
}

interface Advance {
  readonly step: TapStep;
  readonly cell?: number | undefined;
}

/** The tap with its outcome. */
export function end(tap: PageTap, { outcome, nowMs, cell = tap.cell }: Ending): EndedTap {
  const { id, wish, atMs, insteadOf } = tap;
  const before = insteadOf === undefined ? {} : { insteadOf };
  return { id, wish, cell, atMs, step: "ended", outcome, endedAtMs: nowMs, ...before };
}

/** How and when a tap ended. */
export interface Ending {
  readonly outcome: TapOutcome;
  readonly nowMs: number;
  readonly cell?: number | undefined;
}

/**
 * What an error says of a tap. "Nothing was done" is true of the question it answers: when the tap was asked
 * before, or had already moved, the door may have opened all the same.
 */
export function outcomeOfError(tap: PendingTap, code: ErrorCode): TapOutcome {
  const saysNothing = code === "too-fast" || code === "unavailable";
  return saysNothing && (tap.asks > 1 || tap.step !== "pending") ? { by: "silence" } : { by: "error", code };
}

/** The outcome as one of the final states, for what is shown. An error is a refusal; silence confirms nothing. */
export function shownAs(outcome: TapOutcome): FinalState {
  if (outcome.by === "server") return outcome.state;
  return outcome.by === "error" ? "refused" : "unconfirmed";
}

/** Whether a `store` that ended like this gave a cell: in doubt the thing may be inside, and the cell is kept. */
export function gaveCell(outcome: TapOutcome): boolean {
  return outcome.by === "server" && outcome.state !== "refused" && outcome.state !== "failed";
}

/** When time alone changes this tap: it gives up waiting, or its result is forgotten. */
export function changesAtMs(tap: PageTap): number {
  if (!isRunning(tap)) return tap.endedAtMs + resultShownMs;
  return tap.atMs + (tap.wish.type === "store" ? storeAnswerMs : tapAnswerMs);
}

/** A `store` that gave a cell is from then on about the rental that it made: that has the tap's id. */
function subjectNow(tap: PageTap): string {
  const gave = tap.wish.type === "store" && !isRunning(tap) && gaveCell(tap.outcome);
  return gave ? subjectOfRental(tap.id) : subjectOf(tap.wish);
}

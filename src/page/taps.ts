/**
 * What became of a person's taps: pure functions over the taps by cell, one tap per cell.
 *
 * @module
 */
import type { CommandState, Reason } from "../locker/types.ts";
import type { ErrorCode } from "../users/messages.ts";
import { resultShownMs, tapAnswerMs } from "./times.ts";

/** A step on the way. `pending`: the server has not answered yet. */
export type Step = "pending" | Extract<CommandState, "requested" | "sent">;

/** A state that nothing follows. */
export type FinalState = Exclude<CommandState, Step>;

/** How a tap ended: the server's word, an error, or no word in time (`silence`). */
export type Outcome =
  | { readonly by: "server"; readonly state: FinalState; readonly reason: Reason | undefined }
  | { readonly by: "error"; readonly code: ErrorCode }
  | { readonly by: "silence" };

/** What a tap is known by; this much survives a reload. */
export interface TapKey {
  /** The UUID that makes one tap open at most one door. */
  readonly id: string;
  readonly cell: number;
  readonly atMs: number;
}

/** A tap that waits for its answer. */
export interface RunningTap extends TapKey {
  readonly step: Step;
  /** How often the server was asked: the answer to a repeated question may say nothing of the first one. */
  readonly asks: number;
}

/** A tap that has its answer, or waited too long for it. */
export interface EndedTap extends TapKey {
  readonly step: "ended";
  readonly outcome: Outcome;
  readonly endedAtMs: number;
}

/** One tap. */
export type Tap = RunningTap | EndedTap;

/** The taps by cell. */
export type Taps = ReadonlyMap<number, Tap>;

const stepOrder: Readonly<Record<Step, number>> = { pending: 0, requested: 1, sent: 2 };

/** Whether the tap still waits for its answer. */
export function isRunning(tap: Tap | undefined): tap is RunningTap {
  return tap !== undefined && tap.step !== "ended";
}

/** The taps that wait for an answer, in the order of their cells' first taps. */
export function runningTaps(taps: Taps): readonly RunningTap[] {
  return [...taps.values()].filter(isRunning);
}

/** The tap with this id. */
export function tapById(taps: Taps, id: string): Tap | undefined {
  return [...taps.values()].find((tap) => tap.id === id);
}

/** The outcome as one of the final states, for what is shown. An error is a refusal; silence confirms nothing. */
export function shownAs(outcome: Outcome): FinalState {
  if (outcome.by === "server") return outcome.state;
  return outcome.by === "error" ? "refused" : "unconfirmed";
}

/** The taps with this one put in the place of its cell's last one. */
export function withTap(taps: Taps, tap: Tap): Taps {
  return new Map(taps).set(tap.cell, tap);
}

/** The taps without the one of this cell. */
export function withoutTap(taps: Taps, cell: number): Taps {
  return new Map([...taps].filter(([of]) => of !== cell));
}

/** The tap moved on to a step; the answer to a repeated question never takes it back. */
export function advance(tap: RunningTap, step: Step): RunningTap {
  return stepOrder[step] > stepOrder[tap.step] ? { ...tap, step } : tap;
}

/** The tap with its outcome. */
export function end(tap: Tap, { outcome, nowMs }: { outcome: Outcome; nowMs: number }): EndedTap {
  const { id, cell, atMs } = tap;
  return { id, cell, atMs, step: "ended", outcome, endedAtMs: nowMs };
}

/**
 * What an error says of a tap. "Nothing was done" is true of the question it answers: when the tap was asked
 * before, or had already moved, the door may have opened all the same.
 */
export function outcomeOfError(tap: RunningTap, code: ErrorCode): Outcome {
  const saysNothing = code === "too-fast" || code === "unavailable";
  return saysNothing && (tap.asks > 1 || tap.step !== "pending") ? { by: "silence" } : { by: "error", code };
}

/** When time alone changes this tap: it gives up waiting, or its result is forgotten. */
export function changesAtMs(tap: Tap): number {
  return isRunning(tap) ? tap.atMs + tapAnswerMs : tap.endedAtMs + resultShownMs;
}

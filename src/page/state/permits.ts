/**
 * What a person may open where cells are assigned, as time goes by.
 *
 * @module
 */
import type { PermitView } from "../../cabinet/types.ts";
import type { PageState } from "./state.ts";
import { oneMinuteMs } from "../times.ts";

type Permitted = Pick<PageState, "permits" | "cabinet" | "minuteMs">;

/** The cells that the person may open now; with each, until when where that is known. */
export function cellsNow(
  { permits = [], cabinet, minuteMs }: Permitted,
): ReadonlyMap<number, string | undefined> {
  const valid = permits.filter((permit) => hasBegun(permit, minuteMs) && isNotOver(permit, minuteMs));
  const until = new Map<number, string | undefined>();
  for (const { cell } of cabinet.cells) {
    const those = valid.filter(({ cells }) => cells === null || cells.includes(cell));
    if (those.length > 0) until.set(cell, latest(those));
  }
  return until;
}

/** The permits that begin later, the next one first. */
export function permitsLater({ permits = [], minuteMs }: Permitted): readonly PermitView[] {
  return permits.filter((permit) => !hasBegun(permit, minuteMs))
    .sort((a, b) => Date.parse(a.from) - Date.parse(b.from));
}

/** One that begins within the minute counts, so that a permit which was given just now is seen at once. */
function hasBegun({ from }: PermitView, minuteMs: number): boolean {
  return Date.parse(from) < minuteMs + oneMinuteMs;
}

function isNotOver({ until }: PermitView, minuteMs: number): boolean {
  return until === undefined || Date.parse(until) > minuteMs;
}

/** Until when one of them holds; `undefined`: one of them has no end. */
function latest(permits: readonly PermitView[]): string | undefined {
  const ends = permits.map(({ until }) => until);
  if (ends.includes(undefined)) return undefined;
  return ends.reduce((a, b) => Date.parse(a ?? "") > Date.parse(b ?? "") ? a : b);
}

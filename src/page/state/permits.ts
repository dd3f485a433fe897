import type { PermitView } from "../../cabinet/types.ts";
import { oneMinuteMs } from "../times.ts";
import type { PageState } from "./state.ts";

type PermitState = Pick<PageState, "permits" | "cabinet" | "minuteMs">;

/** The cells that the person may open now, each with the end of the permission: `undefined`, it has no end. */
export function permittedCells(
  { permits = [], cabinet, minuteMs }: PermitState,
): ReadonlyMap<number, string | undefined> {
  const valid = permits.filter((permit) => hasBegun(permit, minuteMs) && isNotOver(permit, minuteMs));
  const until = new Map<number, string | undefined>();
  for (const { cell } of cabinet.cells) {
    const own = valid.filter(({ cells }) => cells === null || cells.includes(cell));
    if (own.length > 0) until.set(cell, latestEnd(own));
  }
  return until;
}

/** The permits that begin later, the next one first. */
export function laterPermits({ permits = [], minuteMs }: PermitState): readonly PermitView[] {
  return permits.filter((permit) => !hasBegun(permit, minuteMs))
    .sort((a, b) => Date.parse(a.from) - Date.parse(b.from));
}

/** A permit that begins within the minute counts, so that the page shows a new permit at once. */
function hasBegun({ from }: PermitView, minuteMs: number): boolean {
  return Date.parse(from) < minuteMs + oneMinuteMs;
}

function isNotOver({ until }: PermitView, minuteMs: number): boolean {
  return until === undefined || Date.parse(until) > minuteMs;
}

/** `undefined`: one of the permits has no end. */
function latestEnd(permits: readonly PermitView[]): string | undefined {
  const ends = permits.map(({ until }) => until);
  if (ends.includes(undefined)) return undefined;
  return ends.reduce((a, b) => Date.parse(a ?? "") > Date.parse(b ?? "") ? a : b);
}

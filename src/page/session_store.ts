/**
 * What is kept over a reload of the page: taps that wait for an answer, which are asked again with the same id, and
 * pickup codes, since another one would end the one that was passed on.
 *
 * @module
 */
import { isShared, type SharedCode } from "./state/shared.ts";
import type { TapKey } from "./state/taps.ts";
import { isWish } from "./state/wishes.ts";

/** The part of a browser's `sessionStorage` that is used here. */
export interface KeptText {
  getItem(key: string): string | null;
  setItem(key: string, text: string): void;
  removeItem(key: string): void;
}

/** What is kept of a cabinet's page. */
export interface StoredSession {
  readonly taps: readonly TapKey[];
  readonly shared: readonly SharedCode[];
}

/** Keeps this of a cabinet's page, and forgets what was before. */
export function keep(storage: () => KeptText, cabinet: string, { taps, shared }: StoredSession): void {
  const keys = taps.map(({ id, wish, cell, atMs, serverMs }) => ({ id, wish, cell, atMs, serverMs }));
  try {
    if (keys.length === 0 && shared.length === 0) storage().removeItem(keyOf(cabinet));
    else storage().setItem(keyOf(cabinet), JSON.stringify({ taps: keys, shared }));
  } catch {
    // A full or forbidden storage costs only the asking again after a reload.
  }
}

/** What was kept before now. Anything else in the storage is passed over. */
export function kept(
  storage: () => KeptText,
  { cabinet, nowMs }: { cabinet: string; nowMs: number },
): StoredSession {
  try {
    const found: unknown = JSON.parse(storage().getItem(keyOf(cabinet)) ?? "null");
    const { taps, shared } = (found ?? {}) as Partial<Record<keyof StoredSession, unknown>>;
    return {
      taps: listOf(taps, isTapKey).filter(({ atMs }) => atMs <= nowMs)
        .map((tap) => ({ ...tap, cell: tap.cell, serverMs: tap.serverMs })),
      shared: listOf(shared, isShared).filter(({ untilMs }) => untilMs > nowMs),
    };
  } catch {
    return { taps: [], shared: [] };
  }
}

function keyOf(cabinet: string): string {
  return `kaigui.kept.${cabinet}`;
}

function listOf<Item>(value: unknown, isItem: (item: unknown) => item is Item): readonly Item[] {
  return Array.isArray(value) ? value.filter(isItem) : [];
}

function isTapKey(value: unknown): value is TapKey {
  if (typeof value !== "object" || value === null) return false;
  const { id, wish, cell, atMs, serverMs } = value as Partial<Record<keyof TapKey, unknown>>;
  return typeof id === "string" && isWish(wish) && isMaybeNumber(cell) && typeof atMs === "number" &&
    isMaybeNumber(serverMs);
}

function isMaybeNumber(value: unknown): boolean {
  return value === undefined || typeof value === "number";
}

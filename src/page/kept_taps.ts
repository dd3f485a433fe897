/**
 * Taps that wait for an answer, kept over a reload of the page: it then asks again with the same id.
 *
 * @module
 */
import type { TapKey } from "./taps.ts";

/** The part of a browser's `sessionStorage` that is used here. */
export interface KeptText {
  getItem(key: string): string | null;
  setItem(key: string, text: string): void;
  removeItem(key: string): void;
}

/** Keeps these taps of a cabinet's page, and forgets the ones before. */
export function keepTaps(
  storage: () => KeptText,
  { cabinet, taps }: { cabinet: string; taps: readonly TapKey[] },
): void {
  const keys = taps.map(({ id, cell, atMs }) => ({ id, cell, atMs }));
  try {
    if (keys.length === 0) storage().removeItem(keyOf(cabinet));
    else storage().setItem(keyOf(cabinet), JSON.stringify(keys));
  } catch {
    // A full or forbidden storage costs only the asking again after a reload.
  }
}

/** The kept taps that were tapped before now. Anything else in the storage is passed over. */
export function keptTaps(
  storage: () => KeptText,
  { cabinet, nowMs }: { cabinet: string; nowMs: number },
): TapKey[] {
  try {
    const kept: unknown = JSON.parse(storage().getItem(keyOf(cabinet)) ?? "[]");
    return Array.isArray(kept) ? kept.filter(isTapKey).filter(({ atMs }) => atMs <= nowMs) : [];
  } catch {
    return [];
  }
}

function keyOf(cabinet: string): string {
  return `kaigui.taps.${cabinet}`;
}

function isTapKey(value: unknown): value is TapKey {
  if (typeof value !== "object" || value === null) return false;
  const { id, cell, atMs } = value as Partial<Record<keyof TapKey, unknown>>;
  return typeof id === "string" && typeof cell === "number" && typeof atMs === "number";
}

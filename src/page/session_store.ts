import { isSharedCode, type SharedCode } from "./state/pickup_codes.ts";
import { isTapRequest } from "./state/tap_requests.ts";
import type { TapKey } from "./state/taps.ts";

/** The part of a browser's `sessionStorage` that is used here. */
export interface TextStorage {
  getItem(key: string): string | null;
  setItem(key: string, text: string): void;
  removeItem(key: string): void;
}

/**
 * What the browser keeps of one cabinet's page over a reload: taps without an answer, which are sent again with the same
 * id, and pickup codes, because making a new one would end the one that was passed on.
 */
export interface StoredSession {
  readonly taps: readonly TapKey[];
  readonly sharedCodes: readonly SharedCode[];
}

/** The stored JSON. Its names stay as they are: a page may find what the version before it stored. */
interface StoredJson {
  readonly taps: readonly StoredTap[];
  readonly shared: readonly SharedCode[];
}

type StoredTap = Omit<TapKey, "request"> & { readonly wish: TapKey["request"] };

/** Stores this of a cabinet's page, in place of what was stored before. */
export function saveSession(
  storage: () => TextStorage,
  cabinet: string,
  { taps, sharedCodes }: StoredSession,
): void {
  const json: StoredJson = {
    taps: taps.map(({ id, request, cell, atMs, serverMs }) => ({ id, wish: request, cell, atMs, serverMs })),
    shared: sharedCodes,
  };
  try {
    if (taps.length === 0 && sharedCodes.length === 0) storage().removeItem(keyOf(cabinet));
    else storage().setItem(keyOf(cabinet), JSON.stringify(json));
  } catch {
    // With a full or forbidden storage a reload forgets them, and nothing else is lost.
  }
}

/** What was stored before now. Anything else in the storage is ignored. */
export function loadSession(
  storage: () => TextStorage,
  { cabinet, nowMs }: { cabinet: string; nowMs: number },
): StoredSession {
  try {
    const json: unknown = JSON.parse(storage().getItem(keyOf(cabinet)) ?? "null");
    const { taps, shared } = (json ?? {}) as Partial<Record<keyof StoredJson, unknown>>;
    return {
      taps: listOf(taps, isStoredTap).filter(({ atMs }) => atMs <= nowMs)
        .map(({ wish, ...tap }) => ({ ...tap, request: wish, cell: tap.cell, serverMs: tap.serverMs })),
      sharedCodes: listOf(shared, isSharedCode).filter(({ untilMs }) => untilMs > nowMs),
    };
  } catch {
    return { taps: [], sharedCodes: [] };
  }
}

function keyOf(cabinet: string): string {
  return `kaigui.kept.${cabinet}`;
}

function listOf<Item>(value: unknown, isItem: (item: unknown) => item is Item): readonly Item[] {
  return Array.isArray(value) ? value.filter(isItem) : [];
}

function isStoredTap(value: unknown): value is StoredTap {
  if (typeof value !== "object" || value === null) return false;
  const { id, wish, cell, atMs, serverMs } = value as Partial<Record<keyof StoredTap, unknown>>;
  return typeof id === "string" && isTapRequest(wish) && isMaybeNumber(cell) && typeof atMs === "number" &&
    isMaybeNumber(serverMs);
}

function isMaybeNumber(value: unknown): boolean {
  return value === undefined || typeof value === "number";
}

/**
 * What a feed sends, as server-sent events (the HTML standard, section 9.2).
 *
 * @module
 */
import type { CabinetEvent } from "../../cabinet/requests.ts";
import type { OwnedEvent } from "../../db/queries/feed/feed.ts";
import { FEED } from "../../lib/limits.ts";
import type { Caller } from "../../staff/mod.ts";
import { namedEventAnswer } from "../contract/records.ts";
import { shownTo } from "../special_rights.ts";

/** What a feed tells beside events and cabinets; `docs/api.md` explains each. */
type FeedNotice =
  /** All that there was is told: what comes now comes as it happens. */
  | { readonly type: "live" }
  /** What was missed is not known any more: read the lists anew. */
  | { readonly type: "reset" }
  | { readonly type: "end"; readonly reason: EndReason };

/** Why the service ended a feed. */
export type EndReason = "rights" | "stopping" | "failed";

/** What a feed tells of a cabinet; the console draws the cabinet by it. */
export interface CabinetHint {
  readonly cabinet: string;
  readonly online?: boolean;
  readonly cells?: readonly { readonly cell: number; readonly door?: string; readonly state?: string }[];
  /** Something changed that is not told: read the cabinet anew. */
  readonly changed?: true;
}

const encoder = new TextEncoder();

/**
 * The message of an event, as the caller may see it.
 *
 * @param told.name the name of the event's person; `null`: none is known
 */
export function eventMessage(
  { event, name }: { readonly event: OwnedEvent; readonly name: string | null },
  caller: Caller,
): Uint8Array {
  return message("event", shownTo(caller, namedEventAnswer({ row: event, nameOf: () => name })), event.seq);
}

/** @param id from where the reader goes on that has got the message @default {undefined} from where it would have before */
export function noticeMessage({ type, ...data }: FeedNotice, id?: number): Uint8Array {
  return message(type, data, id);
}

/** The message of what was published of a cabinet; `undefined`: it is not told. */
export function hintMessage(cabinet: string, event: CabinetEvent): Uint8Array | undefined {
  const hint = hintOf(event);
  return hint && message("cabinet", { cabinet, ...hint });
}

/** The message that a cabinet has to be read anew. */
export function changedMessage(cabinet: string): Uint8Array {
  return message("cabinet", { cabinet, changed: true });
}

/** What each feed begins with: how soon a browser connects again. */
export function greeting(): Uint8Array {
  return encoder.encode(`retry: ${FEED.reconnectMs}\n\n`);
}

/** A comment that keeps proxies from closing the connection, and how far the feed has come. */
export function heartbeat(id: number): Uint8Array {
  // Before the oldest event there is none to go on behind.
  const position = id === Number.MIN_SAFE_INTEGER ? "" : `id: ${id}\n`;
  return encoder.encode(`: heartbeat\n${position}\n`);
}

function hintOf(event: CabinetEvent): Omit<CabinetHint, "cabinet"> | undefined {
  switch (event.type) {
    case "online":
    case "offline":
      return { online: event.type === "online" };
    case "doors":
      return { cells: event.cells.map(({ cell, door }) => ({ cell, door })) };
    case "cells":
      return { cells: event.cells.map(({ cell, state }) => ({ cell, state })) };
    case "changed":
      return { changed: true };
    default:
      return undefined;
  }
}

function message(type: string, data: object, id?: number): Uint8Array {
  const position = id === undefined ? "" : `id: ${id}\n`;
  return encoder.encode(`event: ${type}\n${position}data: ${JSON.stringify(data)}\n\n`);
}

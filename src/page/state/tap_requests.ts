import type { FromPage } from "../../protocol/messages.ts";
import type { CommandKind } from "../../cabinet/kinds.ts";

type SentMessage = Exclude<FromPage, { type: "ping" }>;
type WithoutTap<Message> = Message extends SentMessage ? Omit<Message, "id" | "at"> : never;

/** What a tap asks the server for: the message without the tap's id and time. */
export type TapRequest = WithoutTap<SentMessage>;

/** The types of requests. */
export type RequestKind = TapRequest["type"];

/**
 * What the request is about. Of the taps on one subject the page keeps the last one only, and takes none while another
 * one waits for its answer. Opening a rented cell and giving it back are about the same door; a second `store` at the
 * same time is a slip of the finger.
 */
export function subjectOf(request: TapRequest): string {
  switch (request.type) {
    case "open":
      return `cell ${request.cell}`;
    case "store":
    case "pickup":
    case "claim":
      return request.type;
    case "share":
    case "way-back":
      return `${request.type} ${request.rental}`;
    case "reopen":
    case "retrieve":
    case "keep":
      return subjectOfRental(request.rental);
  }
}

/** The subject of taps on a rental's door. */
export function subjectOfRental(rental: string): string {
  return `rental ${rental}`;
}

/** Whether the request opens a door. */
export function isCommand(request: TapRequest): request is Extract<TapRequest, { type: CommandKind }> {
  return request.type in commandKinds;
}

const commandKinds: Readonly<Record<CommandKind, true>> = {
  open: true,
  store: true,
  reopen: true,
  retrieve: true,
  pickup: true,
};

/** Whether a stored value is a request. The server checks it once more. */
export function isTapRequest(value: unknown): value is TapRequest {
  if (typeof value !== "object" || value === null) return false;
  const { type, cell, size, rental, code, number, secret } = value as Record<string, unknown>;
  switch (type) {
    case "open":
      return typeof cell === "number";
    case "store":
      return size === undefined || typeof size === "string";
    case "pickup":
      return typeof code === "string";
    case "claim":
      return typeof number === "string" && typeof secret === "string";
    case "share":
    case "way-back":
    case "reopen":
    case "retrieve":
    case "keep":
      return typeof rental === "string";
    default:
      return false;
  }
}

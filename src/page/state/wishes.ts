/**
 * What a person may want with a tap, as the server is asked for it.
 *
 * @module
 */
import type { CommandKind } from "../../cabinet/types.ts";
import type { FromPage } from "../../protocol/messages.ts";

type SentMessage = Exclude<FromPage, { type: "ping" }>;
type WithoutTap<Message> = Message extends SentMessage ? Omit<Message, "id" | "at"> : never;

/** A message to the server, but for the tap's id and moment. */
export type TapMessageDraft = WithoutTap<SentMessage>;

/** The kinds of wishes, and those of them that open a door. */
export type Kind = TapMessageDraft["type"];
export type DoorKind = Extract<Kind, CommandKind>;

/**
 * What the wish is about: of taps about the same thing only the last one counts, and none begins while another one
 * runs. To open one's cell and to give it back are about the same door; two cells to store in are a slip of the finger.
 */
export function subjectOf(wish: TapMessageDraft): string {
  switch (wish.type) {
    case "open":
      return `cell ${wish.cell}`;
    case "store":
    case "pickup":
      return wish.type;
    case "share":
    case "way-back":
      return `${wish.type} ${wish.rental}`;
    case "claim":
      return wish.type;
    case "reopen":
    case "retrieve":
    case "keep":
      return subjectOfRental(wish.rental);
  }
}

/** Whether this wants a door opened. */
export function isDoorKind(kind: Kind): kind is DoorKind {
  return kind in doorKinds;
}

/** Whether this wish is for an opened door. */
export function isDoorWish(wish: TapMessageDraft): wish is Extract<TapMessageDraft, { type: DoorKind }> {
  return isDoorKind(wish.type);
}

const doorKinds: Readonly<Record<DoorKind, true>> = {
  open: true,
  store: true,
  reopen: true,
  retrieve: true,
  pickup: true,
};

/** What taps on a rental's door are about. */
export function subjectOfRental(rental: string): string {
  return `rental ${rental}`;
}

/** Whether this is a wish. The server checks it once more. */
export function isWish(value: unknown): value is TapMessageDraft {
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

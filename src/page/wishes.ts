/**
 * What a person may want with a tap, as the server is asked for it.
 *
 * @module
 */
import type { FromPage } from "../users/messages.ts";

type Asking = Exclude<FromPage, { type: "ping" }>;
type WithoutTap<Message> = Message extends Asking ? Omit<Message, "id" | "at"> : never;

/** A message to the server, but for the tap's id and moment. */
export type Wish = WithoutTap<Asking>;

/** The kinds of wishes, and those of them that open a door. */
export type Kind = Wish["type"];
export type DoorKind = Exclude<Kind, "share">;

/**
 * What the wish is about: of taps about the same thing only the last one counts, and none begins while another one
 * runs. To open one's cell and to give it back are about the same door; two cells to store in are a slip of the finger.
 */
export function subjectOf(wish: Wish): string {
  switch (wish.type) {
    case "open":
      return `cell ${wish.cell}`;
    case "store":
    case "pickup":
      return wish.type;
    case "share":
      return `share ${wish.rental}`;
    case "reopen":
    case "retrieve":
      return subjectOfRental(wish.rental);
  }
}

/** What taps on a rental's door are about. */
export function subjectOfRental(rental: string): string {
  return `rental ${rental}`;
}

/** Whether this is a wish. The server checks it once more. */
export function isWish(value: unknown): value is Wish {
  if (typeof value !== "object" || value === null) return false;
  const { type, cell, size, rental, code } = value as Record<string, unknown>;
  switch (type) {
    case "open":
      return typeof cell === "number";
    case "store":
      return size === undefined || typeof size === "string";
    case "pickup":
      return typeof code === "string";
    case "share":
    case "reopen":
    case "retrieve":
      return typeof rental === "string";
    default:
      return false;
  }
}

/**
 * What the service has to be told about a simulated cabinet, and what happens in one as lines to read.
 *
 * @module
 */
import { type Character, type CharacterName, characters, type SimulatedEvent } from "../simulator/mod.ts";

/** The locks of a simulated board when its character does not say. */
export const LOCKS = 24;

/** The characters' names, in the order in which `mixed` goes through them. */
export const CHARACTER_NAMES = Object.keys(characters) as CharacterName[];

/** The character of that name. */
export function characterNamed(name: CharacterName): Character {
  return characters[name];
}

/** What an installer would enter for a cabinet of this character: `cells` counted by size, one by one. */
export function installedAs(character: Character): Record<string, unknown> {
  return {
    board: "8a",
    wiring: character.wiring ?? "short-when-locked",
    localEcho: character.echo ?? false,
  };
}

/** A line about what happened in a cabinet; `undefined` for the bytes, which would be too many lines. */
export function eventLine(id: string, event: SimulatedEvent): string | undefined {
  const text = eventText(event);
  return text && `${new Date(event.at).toTimeString().slice(0, 8)} ${id}  ${text}`;
}

function eventText(event: SimulatedEvent): string | undefined {
  switch (event.type) {
    case "online":
      return "connected";
    case "offline":
      return offlineText(event.reason);
    case "dial-failed":
      return `cannot connect: ${event.cause instanceof Error ? event.cause.message : event.cause}`;
    case "pulse":
      return `board ${event.board} lock ${event.lock}: pulse`;
    case "door":
      return `board ${event.board} lock ${event.lock}: door ${event.open ? "opened" : "closed"}`;
    case "collision":
      return "a request came while a reply was due, and was lost";
    case "garbage":
      return `${event.byteCount} bytes came that are no request`;
    default:
      return undefined;
  }
}

function offlineText(reason: (SimulatedEvent & { type: "offline" })["reason"]): string | undefined {
  if (reason === "disposed") return undefined;
  if (reason !== "closed-by-server") return `disconnected: ${reason}`;
  return "the service hung up; does it know this cabinet? --create makes it";
}

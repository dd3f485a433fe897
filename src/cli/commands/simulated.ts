import type { Cabinet } from "kaigui-client";
import {
  type BoardName,
  BOARDS,
  type Character,
  type CharacterName,
  characters,
  type SimulatedEvent,
} from "../../simulator/mod.ts";

/** The families of boards that can be simulated. */
export const SIMULATED_BOARDS = Object.keys(BOARDS) as BoardName[];

/** The characters' names, in the order in which `mixed` goes through them. */
export const CHARACTER_NAMES = Object.keys(characters) as CharacterName[];

/** The character of that name. */
export function characterNamed(name: CharacterName): Character {
  return characters[name];
}

/** Of the characters, those that a bus with boards of the family can have. */
export function charactersOf(board: BoardName): CharacterName[] {
  return CHARACTER_NAMES.filter((name) => (characterNamed(name).boards ?? 1) <= BOARDS[board].boardsMax);
}

/** What an installer would enter for a cabinet of this character, but for its cells. */
export function installedAs(
  character: Character,
  board: BoardName = "8a",
): Pick<Cabinet, "board" | "wiring" | "localEcho"> {
  return {
    board,
    wiring: character.wiring ?? BOARDS[board].wiring,
    localEcho: character.echo ?? false,
  };
}

/** Which lock stands behind which cell. */
export interface Wired {
  readonly cell: number;
  readonly board: number;
  readonly channel: number;
}

/** `count` cells, shared out evenly among `boards` boards of the family. */
export function cellsOn(
  board: BoardName,
  { boards = 1, count }: { boards?: number | undefined; count: number },
): Wired[] {
  const perBoard = Math.ceil(count / boards);
  return Array.from({ length: count }, (_, index) => ({
    cell: index + 1,
    board: BOARDS[board].boardFirst + Math.floor(index / perBoard),
    channel: 1 + index % perBoard,
  }));
}

/** What a simulated cabinet needs of its description, and who may open what where that is said. */
export interface Needs extends Pick<Cabinet, "name" | "board" | "wiring" | "localEcho"> {
  readonly cells: readonly Wired[];
  readonly mode?: Cabinet["mode"];
}

/** What has to change in a cabinet: a name of the operator's own stays, and so do the sizes of its cells. */
export function changesFor(before: Cabinet, { cells, name, ...needs }: Needs): Partial<Needs> {
  const differing = Object.entries(needs).filter(([field, value]) =>
    before[field as keyof typeof needs] !== value
  );
  const sizes = new Map(before.cells.map(({ cell, size }) => [cell, size]));
  return {
    ...Object.fromEntries(differing) as Partial<Needs>,
    ...isGeneratedName(before) && before.name !== name && { name },
    ...wiringText(before.cells) !== wiringText(cells) &&
      { cells: cells.map((one) => ({ ...one, ...sizes.has(one.cell) && { size: sizes.get(one.cell) } })) },
  };
}

/** Whether that is a name that `simulate --create` gives. */
function isGeneratedName({ id, name }: Pick<Cabinet, "id" | "name">): boolean {
  const [first, board, character, ...more] = name.split(" ");
  const isKnown = (names: readonly string[], one = "") => names.includes(one);
  return first === id && more.length === 0 && isKnown(SIMULATED_BOARDS, board) &&
    isKnown(CHARACTER_NAMES, character);
}

/** Which lock stands behind which cell, to compare. */
function wiringText(cells: readonly Wired[]): string {
  return cells.map(({ cell, board, channel }) => `${cell}:${board}/${channel}`).join(" ");
}

/** A line about what happened in a cabinet; `undefined` for the bytes, which would be too many lines. */
export function eventLine(id: string, event: SimulatedEvent): string | undefined {
  const text = eventText(id, event);
  return text && `${new Date(event.at).toTimeString().slice(0, 8)} ${id}  ${text}`;
}

function eventText(id: string, event: SimulatedEvent): string | undefined {
  switch (event.type) {
    case "online":
      return "connected";
    case "offline":
      return offlineText(id, event.reason);
    case "dial-failed":
      return failedText(event.cause);
    case "pulse":
      return `board ${event.board} lock ${event.lock}: pulse`;
    case "door":
      return `board ${event.board} lock ${event.lock}: door ${event.open ? "opened" : "closed"}`;
    case "collision":
      return "a request came while a reply was due, and was lost";
    case "garbage":
      return `${event.byteCount} bytes came that are not a request`;
    default:
      return undefined;
  }
}

function failedText(cause: unknown): string {
  const why = cause instanceof Error ? cause.message : cause;
  return `cannot connect: ${why}; is it another device port? Set DEVICE_PORT, or say --device`;
}

function offlineText(
  id: string,
  reason: (SimulatedEvent & { type: "offline" })["reason"],
): string | undefined {
  if (reason === "disposed") return undefined;
  if (reason !== "closed-by-server") return `disconnected: ${reason}`;
  return `the service hung up; does it not know this cabinet (--create makes it), or is another one connected as ${id}?`;
}

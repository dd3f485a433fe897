/**
 * The cabinets of the demo: one of each character worth seeing.
 *
 * @module
 */
import type { CharacterName } from "../simulator/mod.ts";
import { characterNamed, installedAs, LOCKS } from "./simulated.ts";

/** One cabinet of the demo. */
export interface DemoCabinet {
  readonly id: string;
  /** In Chinese and English, as people read it. */
  readonly name: string;
  readonly character: CharacterName;
  /** What to look out for. */
  readonly about: string;
  readonly cells: number;
  /** @default {"open"} */
  readonly mode?: "storage";
}

/** The cabinets; the first one's code is shown. */
export const DEMO_CABINETS: readonly DemoCabinet[] = [
  {
    id: "lobby-a",
    name: "大堂 A 柜 · Lobby A",
    character: "normal",
    about: "as the vendor describes it",
    cells: 24,
    mode: "storage",
  },
  {
    id: "lobby-b",
    name: "大堂 B 柜 · Lobby B",
    character: "otherWiring",
    about: "contacts wired the other way round, reports every change",
    cells: 24,
    mode: "storage",
  },
  {
    id: "gym",
    name: "健身房柜 · Gym",
    character: "jammedLock",
    about: "the lock of cell 3 is jammed",
    cells: 18,
    mode: "storage",
  },
  {
    id: "library",
    name: "图书馆柜 · Library",
    character: "silentBoard",
    about: "its second board is dead: cells 13 to 24",
    cells: 24,
  },
  {
    id: "office",
    name: "办公室柜 · Office",
    character: "echoingAdapter",
    about: "its adapter echoes all that is sent",
    cells: 12,
  },
  {
    id: "garage",
    name: "地库柜 · Garage",
    character: "splitBytes",
    about: "its DTU sends byte by byte",
    cells: 12,
  },
  {
    id: "canteen",
    name: "食堂柜 · Canteen",
    character: "mergedPackets",
    about: "its DTU gathers bytes and says its name with every packet",
    cells: 16,
    mode: "storage",
  },
  {
    id: "pool",
    name: "泳池柜 · Pool",
    character: "lostReplies",
    about: "its doors open, the answers get lost",
    cells: 20,
  },
  {
    id: "station",
    name: "车站柜 · Station",
    character: "slow",
    about: "a far, wavering mobile network",
    cells: 16,
  },
];

/** What the cabinet's DTU says when it connects. */
export function demoRegistration({ id }: DemoCabinet): string {
  return `DEMO-${id}`;
}

/** A column's doors from the top: parcels are heavy and stand at the bottom. */
const COLUMN = ["S", "S", "S", "M", "M", "L"];
/** How high a door is drawn; a column is as high as its six doors. */
const HEIGHTS: Readonly<Record<string, number>> = { S: 1, M: 1.5, L: 2 };
const COLUMN_HEIGHT = 8;

/** The body of the request that makes the cabinet. */
export function demoBody(cabinet: DemoCabinet): Record<string, unknown> {
  const character = characterNamed(cabinet.character);
  const boards = character.boards ?? 1;
  return {
    name: cabinet.name,
    mode: cabinet.mode ?? "open",
    registration: { text: demoRegistration(cabinet) },
    ...installedAs(character),
    layout: layoutOf(cabinet.cells),
    cells: cellsOn(boards, cabinet.cells),
  };
}

/** The cells shared out evenly among the boards, listed one by one, column after column. */
function cellsOn(boards: number, count: number): Record<string, unknown>[] {
  const perBoard = Math.min(LOCKS, Math.ceil(count / boards));
  return Array.from({ length: count }, (_, index) => ({
    cell: index + 1,
    board: 1 + Math.floor(index / perBoard),
    channel: 1 + index % perBoard,
    size: sizeOf(index),
  }));
}

function sizeOf(index: number): string {
  return COLUMN[index % COLUMN.length] ?? "M";
}

/** Columns of six doors; what the last one has no doors for is its screen. */
function layoutOf(count: number): { columns: Record<string, number>[][] } {
  const columns: Record<string, number>[][] = [];
  for (let first = 0; first < count; first += COLUMN.length) {
    const doors = COLUMN.slice(0, count - first).map((_, row) => {
      const index = first + row;
      return { cell: index + 1, height: HEIGHTS[sizeOf(index)] ?? 1 };
    });
    const gap = COLUMN_HEIGHT - doors.reduce((sum, { height }) => sum + height, 0);
    columns.push(gap > 0 ? [...doors, { gap }] : doors);
  }
  return { columns };
}

import type { Cabinet, CabinetsPutData } from "kaigui-client";
import { type BoardName, BOARDS, type Character, type CharacterName } from "../../simulator/mod.ts";
import { cellsOn, characterNamed, installedAs } from "../commands/simulated.ts";

/** One cabinet of the demo. */
export interface DemoCabinet {
  readonly id: string;
  /** In Chinese and English, as people read it. */
  readonly name: string;
  /** @default {"8a"} */
  readonly board?: BoardName;
  readonly character: CharacterName;
  /** What to look out for. */
  readonly about: string;
  readonly cells: number;
  /** @default {"open"} */
  readonly mode?: "storage";
}

/** Each family of boards and each character worth seeing; the first one's code is shown. */
export const DEMO_CABINETS: readonly DemoCabinet[] = [
  {
    id: "lobby-a",
    name: "大堂 A 柜 · Lobby A",
    character: "normal",
    about: "8A board, as the vendor describes it",
    cells: 24,
    mode: "storage",
  },
  {
    id: "lobby-b",
    name: "大堂 B 柜 · Lobby B",
    board: "wkly",
    character: "otherWiring",
    about: "WKLY board; contacts wired the other way round, reports every change",
    cells: 24,
    mode: "storage",
  },
  {
    id: "gym",
    name: "健身房柜 · Gym",
    board: "kerong-cu16",
    character: "jammedLock",
    about: "Kerong CU16 board, which answers no opening; the lock of cell 3 is jammed",
    cells: 16,
    mode: "storage",
  },
  {
    id: "library",
    name: "图书馆柜 · Library",
    board: "dc",
    character: "silentBoard",
    about: "DC boards; the second one is dead: cells 13 to 24",
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
    board: "modbus",
    character: "slow",
    about: "Modbus relays with door sensors; a far, wavering mobile network",
    cells: 16,
  },
  {
    id: "hotel",
    name: "酒店柜 · Hotel",
    board: "kerong-cu48",
    character: "normal",
    about: "Kerong CU48 board, which answers no opening",
    cells: 24,
    mode: "storage",
  },
  {
    id: "workshop",
    name: "工坊柜 · Workshop",
    board: "lcus",
    character: "normal",
    about: "LCUS relays, which say nothing at all: nobody knows where its doors are",
    cells: 8,
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

/** Shown to the demo's people; the number is not in use. */
const CONTACT = { telephone: "400 000 0000", text: "物业前台 · Front desk, 8:00–22:00" };

/** The body of the request that makes the cabinet. */
export function demoBody(cabinet: DemoCabinet): CabinetsPutData["body"] {
  const { name, mode = "open", board = "8a", cells: count } = cabinet;
  const character = characterNamed(cabinet.character);
  return {
    name,
    mode,
    registration: { text: demoRegistration(cabinet) },
    ...installedAs(character, board),
    layout: layoutOf(count),
    contact: CONTACT,
    // Listed column after column.
    cells: cellsOn(board, { boards: character.boards, count })
      .map((wired, index) => ({ ...wired, size: sizeOf(index) })),
  };
}

/** How the cabinet behaves: boards as large as the family has them, or as the cells need. */
export function demoBehaviour(
  { board = "8a", cells, ...cabinet }: DemoCabinet,
): Character & { board: BoardName } {
  const character = characterNamed(cabinet.character);
  const locks = Math.max(BOARDS[board].locks, Math.ceil(cells / (character.boards ?? 1)));
  return { ...character, board, locks };
}

function sizeOf(index: number): string {
  return COLUMN[index % COLUMN.length] ?? "M";
}

/** Columns of six doors; what the last one has no doors for is its screen. */
function layoutOf(count: number): NonNullable<Cabinet["layout"]> {
  const columns: NonNullable<Cabinet["layout"]>["columns"] = [];
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

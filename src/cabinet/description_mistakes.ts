import { KAIGUI, type Numbering, numberingOf } from "../boards/mod.ts";
import { DEVICE } from "../lib/limits.ts";
import type { CountedCells, ListedCells, ShapedCabinet } from "./description.ts";
import { isPart, weaknessOf } from "./registration/registration_part.ts";
import { bytesOf } from "./registration/written_bytes.ts";

/** What is wrong, and where in the description. */
export type DescriptionMistake = [path: (string | number)[], message: string];

type Described =
  & Pick<ShapedCabinet, "board" | "cells">
  & Partial<Pick<ShapedCabinet, "registration" | "heartbeat" | "localEcho" | "secret" | "layout">>;

/** What is wrong with a cabinet's description beyond the shape of its parts. */
export function* mistakesOf(described: Described): Generator<DescriptionMistake> {
  const { board, cells, registration, heartbeat, layout } = described;
  const numbering = numberingOf(board);
  yield* ofPeer(described);
  if (registration && bytesOf(registration).length > DEVICE.registrationBytesMax) {
    yield [["registration"], `more than ${DEVICE.registrationBytesMax} bytes`];
  }
  if (registration) yield* ofPart(registration);
  if (heartbeat && bytesOf(heartbeat).length > DEVICE.heartbeatBytesMax) {
    yield [["heartbeat"], `more than ${DEVICE.heartbeatBytesMax} bytes`];
  }
  if (!Array.isArray(cells)) yield* ofCount(cells, { board, numbering });
  else {
    yield* ofDoubles(cells);
    if (numbering) yield* ofLocks(cells, { board, numbering });
  }
  if (layout) yield* ofLayout(layout, new Set(numbersOf(cells)));
}

/** A smart controller proves who it is by a secret; before a serial bus there is a DTU, which cannot. */
function* ofPeer(
  { board, registration, heartbeat, localEcho, secret }: Described,
): Generator<DescriptionMistake> {
  if (board !== KAIGUI) {
    if (secret) yield [["secret"], `only ${KAIGUI} cabinets have one`];
    return;
  }
  for (const [name, given] of Object.entries({ registration, heartbeat, localEcho })) {
    if (given) yield [[name], `${KAIGUI} cabinets have no DTU and no serial bus: leave it out`];
  }
}

function* ofPart(registration: NonNullable<Described["registration"]>): Generator<DescriptionMistake> {
  const { at, anywhere } = registration;
  if (at !== undefined && anywhere) yield [["registration"], "give at or anywhere, not both"];
  if (!isPart(registration)) return;
  const weakness = weaknessOf({ bytes: bytesOf(registration), at: at ?? null });
  if (weakness) yield [["registration"], weakness];
}

function numbersOf(cells: Described["cells"]): number[] {
  return Array.isArray(cells)
    ? cells.map(({ cell }) => cell)
    : Array.from({ length: cells.count }, (_, index) => index + 1);
}

/** A door that is drawn nowhere could not be found, and one that is drawn twice would be looked for. */
function* ofLayout(
  { columns }: NonNullable<Described["layout"]>,
  missing: Set<number>,
): Generator<DescriptionMistake> {
  for (const [column, places] of columns.entries()) {
    for (const [row, place] of places.entries()) {
      if (!("cell" in place) || missing.delete(place.cell)) continue;
      yield [["layout", "columns", column, row], `cell ${place.cell} is not there, or is drawn twice`];
    }
  }
  const [lacking] = missing;
  if (lacking !== undefined) yield [["layout"], `cell ${lacking} is drawn nowhere`];
}

function* ofCount(
  { count, perBoard }: CountedCells,
  { board, numbering }: { board: string; numbering: Numbering | undefined },
): Generator<DescriptionMistake> {
  if (!numbering) {
    return yield [["cells", "count"], `cells of a ${board} cabinet have to be listed one by one`];
  }
  const perBoardMax = sizeOf(numbering.channels);
  if (perBoard !== undefined && perBoard > perBoardMax) {
    return yield [["cells", "perBoard"], `${board} boards have no more than ${perBoardMax} channels`];
  }
  const most = sizeOf(numbering.boards) * (perBoard ?? numbering.channelsPerBoard);
  if (count > most) yield [["cells", "count"], `a ${board} cabinet has no more than ${most}`];
}

function* ofDoubles(cells: ListedCells): Generator<DescriptionMistake> {
  const numbers = new Set<number>();
  const locks = new Set<string>();
  for (const [index, { cell, board, channel }] of cells.entries()) {
    if (numbers.has(cell)) yield [["cells", index, "cell"], `cell ${cell} is there twice`];
    if (locks.has(`${board} ${channel}`)) {
      yield [["cells", index], `board ${board} channel ${channel} has two cells`];
    }
    numbers.add(cell);
    locks.add(`${board} ${channel}`);
  }
}

function* ofLocks(
  cells: ListedCells,
  { board: name, numbering: { boards, channels } }: { board: string; numbering: Numbering },
): Generator<DescriptionMistake> {
  for (const [index, { board, channel }] of cells.entries()) {
    if (!isWithin(board, boards)) {
      yield [["cells", index, "board"], `${name} boards go from ${boards.join(" to ")}`];
    }
    if (!isWithin(channel, channels)) {
      yield [["cells", index, "channel"], `${name} channels go from ${channels.join(" to ")}`];
    }
  }
}

function isWithin(value: number, [first, last]: readonly [number, number]): boolean {
  return value >= first && value <= last;
}

/** How many numbers a family's range has. */
function sizeOf([first, last]: readonly [number, number]): number {
  return last - first + 1;
}

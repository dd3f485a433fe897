import { z } from "zod";
import { OPERATOR } from "../lib/limits.ts";
import { cellNumber } from "./words.ts";

const height = z.number().min(OPERATOR.heightMin).max(OPERATOR.heightMax);
const door = z.strictObject({
  cell: cellNumber,
  height: height.optional().describe(
    "Compared with the others' in the cabinet; by default as the cell's size is",
  ),
});

/** A door, or where none is, as behind a screen. A door may be said by its number alone. */
const place = z.union([
  cellNumber.transform((cell) => ({ cell })).pipe(door),
  door,
  z.strictObject({ gap: height.describe("How high the place is that has no door, as behind a screen") }),
], { error: 'a cell number, {"cell": 7, "height": 2}, or {"gap": 1}' });

/**
 * Columns from left to right, each from top to bottom. Heights are compared within the cabinet; a door without one is as
 * high as its size is large.
 */
const wall = z.strictObject({
  columns: z.array(z.array(place).max(OPERATOR.cellsMax)).min(1).max(OPERATOR.columnsMax).describe(
    "Columns from left to right, each from top to bottom",
  ),
});

/** Counted before it is looked at: a place may be three things, so looking at 100,000 of them takes a second. */
export const layout = z.preprocess((value, context) => {
  if (placesIn(value) > OPERATOR.placesMax) {
    context.addIssue({ code: "custom", message: `more than ${OPERATOR.placesMax} doors and gaps` });
  }
  return value;
}, wall);

/** How the doors of a cabinet stand on the wall. */
export type WallLayout = z.output<typeof wall>;

/** A door, or where none is. */
export type LayoutPlace = z.output<typeof place>;

function placesIn(value: unknown): number {
  const { columns } = Object(value) as { columns?: unknown };
  if (!Array.isArray(columns)) return 0;
  return columns.reduce((sum: number, column) => sum + (Array.isArray(column) ? column.length : 0), 0);
}

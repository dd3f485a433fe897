import type { DescribedCabinet } from "../../cabinet/description_body.ts";
import { bytesOf } from "../../cabinet/registration/written_bytes.ts";
import { type Cabinet, versionOf } from "../../locker/mod.ts";
import type { CsvTable } from "./csv_table.ts";
import { changesOf, describedBy, type SaidRow } from "./row_description.ts";
import { resultOf, type RowResult, TAKEN, wrong } from "./row_result.ts";

/**
 * A row, and what would become of it. What it makes of its cabinet is made anew when it is done: a file may describe millions
 * of cells.
 */
export interface PlannedRow {
  readonly result: RowResult;
  /** What the row says, where there is something to do. */
  readonly said?: SaidRow;
  /** The version of its cabinet as the trial saw it; `undefined`: there was none. */
  readonly version?: string | undefined;
}

/** A row with what it makes of its cabinet. */
export interface DescribedRow extends PlannedRow {
  readonly wanted?: DescribedCabinet;
}

/** What earlier rows of the file have: the number of the row, by what it has. */
export interface EarlierRows {
  readonly ids: Map<string, number>;
  readonly registrations: Map<string, number>;
}

/** What a row makes of its cabinet, or what is wrong with it. */
export function describedRow(
  row: SaidRow,
  { before, columns, seen }: {
    before: Cabinet | "taken" | undefined;
    columns: CsvTable["columns"];
    seen: EarlierRows;
  },
): DescribedRow {
  if (row.mistakes.length > 0) return { result: wrong(row, row.mistakes) };
  const twin = seen.ids.get(row.id);
  if (twin !== undefined) {
    return { result: wrong(row, [{ column: "id", message: `row ${twin} has the same id` }]) };
  }
  seen.ids.set(row.id, row.row);
  if (before === "taken") return { result: wrong(row, [TAKEN], "taken") };
  const wanted = describedBy(row, { before, columns });
  if (Array.isArray(wanted)) return { result: wrong(row, wanted) };
  const other = registeredBy(row, { wanted, seen });
  if (other !== undefined) {
    return {
      result: wrong(row, [{ column: "registration", message: `row ${other} has the same registration` }]),
    };
  }
  const changes = changesOf(wanted, before);
  if (before && changes.length === 0) return { result: resultOf(row, "unchanged", {}) };
  const result = resultOf(row, before ? "changed" : "created", { changes });
  return { result, said: row, version: versionIn(before), wanted };
}

/** The earlier row that has the registration; `undefined`: it is this row's from now on. */
function registeredBy(
  { row }: SaidRow,
  { wanted: { registration }, seen: { registrations } }: { wanted: DescribedCabinet; seen: EarlierRows },
): number | undefined {
  if (!registration) return undefined;
  const bytes = bytesOf(registration).toHex();
  const other = registrations.get(bytes);
  if (other === undefined) registrations.set(bytes, row);
  return other;
}

/** The version of the cabinet's description; `undefined`: there is no cabinet. */
export function versionIn(cabinet: Cabinet | undefined): string | undefined {
  return cabinet && versionOf(cabinet);
}

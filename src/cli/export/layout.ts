import type { ExportedRows, ExportedTable } from "../../db/queries/export.ts";
import { command, commandAnswer } from "../../operator/contract/commands.ts";
import { event, eventAnswer } from "../../operator/contract/records.ts";
import { rental, rentalAnswer } from "../../operator/contract/rentals.ts";
import type { CsvValue } from "../csv.ts";

/** The columns of one kind of export, and what stands in them. */
export interface ExportColumns<Row> {
  readonly columns: readonly string[];
  values(row: Row): CsvValue[];
}

/** The columns of each table: what the REST API answers, under the same names, but for people's names. */
export const LAYOUTS: { readonly [Table in ExportedTable]: ExportColumns<ExportedRows[Table]> } = {
  rentals: layout(rental.omit({ personName: true, pickerName: true }), rentalAnswer),
  commands: layout(command.omit({ byName: true }), commandAnswer),
  events: layout(event.omit({ personName: true }), eventAnswer),
};

/** The shape gives the columns and their order, also where there is no row to ask. */
function layout<Row, Answer extends Record<string, CsvValue>>(
  { shape }: { readonly shape: Readonly<Record<keyof Answer, unknown>> },
  answer: (row: Row) => Answer,
): ExportColumns<Row> {
  const columns: readonly (keyof Answer & string)[] = Object.keys(shape);
  return {
    columns,
    values(row) {
      const values = answer(row);
      return columns.map((column) => values[column] as CsvValue);
    },
  };
}

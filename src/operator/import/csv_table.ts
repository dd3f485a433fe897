import { IMPORT } from "../../lib/limits.ts";
import { NotUtf8Error, utf8Of } from "../../lib/text/utf8.ts";
import { Problem } from "../problem.ts";
import { type Column, columnNamed, COLUMNS, nameOf } from "./columns.ts";
import { CHINESE } from "./columns_zh.ts";
import { readRecords } from "./csv_records.ts";

/** A column as the file has it. */
export interface NamedColumn extends Column {
  /** What the file calls it. */
  readonly name: string;
}

/** One row of a file. */
export interface CsvRow {
  /** As a spreadsheet counts: the row with the names is 1. */
  readonly row: number;
  readonly cells: readonly string[];
}

/** A file of cabinets. */
export interface CsvTable {
  readonly columns: readonly NamedColumn[];
  readonly rows: readonly CsvRow[];
}

/** Labels by which a sender says that it is GB18030, or an older part of it. */
const CHINESE_CHARSET = /^(gb18030|gbk|gb2312|x-gbk|cp936)$/i;

/**
 * The text of a file. What is UTF-8 is taken for UTF-8, unless the sender says that it is GB18030; all else has to be GB18030.
 *
 * @throws {Problem} if it is neither
 */
export function textOf(bytes: ArrayBuffer, charset: string | undefined): string {
  const isSaid = charset !== undefined && CHINESE_CHARSET.test(charset);
  try {
    if (!isSaid) return utf8Of(bytes);
  } catch (error) {
    if (!(error instanceof NotUtf8Error)) throw error;
  }
  try {
    return new TextDecoder("gb18030", { fatal: true }).decode(bytes);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new Problem(422, "The file is neither UTF-8 nor GB18030: save it as CSV UTF-8");
  }
}

/**
 * The table of a CSV file, whose fields are separated by commas, semicolons or tabs. Empty rows are passed over, and columns
 * that have neither a name nor a value.
 *
 * @param pause waits until a piece of work may begin
 * @throws {Problem} if it is not one, has a column that there is not, or more rows than are allowed
 */
export async function tableOf(text: string, pause: () => Promise<void>): Promise<CsvTable> {
  const found: CsvRow[] = [];
  let names: readonly string[] | undefined;
  const take = (cells: readonly string[], row: number) => {
    if (!cells.some(isSaid)) return;
    names ??= cells;
    found.push({ row, cells: namedCells(cells, names) });
    if (found.length > IMPORT.rowsMax + 1) throw tooLong();
  };
  await readRecords(text, { take, pause });
  const [first, ...rows] = found;
  if (!first) throw new Problem(422, `The file is empty: its first row names the columns, as id,name,board`);
  return { columns: namedColumns(first.cells), rows };
}

/**
 * A row without the columns that have no name: spreadsheets write those that were emptied, too.
 *
 * @throws {Problem} if such a column has a value
 */
function namedCells(cells: readonly string[], names: readonly string[]): string[] {
  const isNameless = (at: number) => names[at]?.trim() === "";
  const nameless = cells.findIndex((cell, at) => isNameless(at) && isSaid(cell));
  if (nameless >= 0) throw new Problem(422, `Column ${nameless + 1} has values and no name`);
  return cells.filter((_, at) => !isNameless(at));
}

function isSaid(cell: string): boolean {
  return cell.trim() !== "";
}

/** More rows, or bytes, than one file may have. */
export function tooLong(): Problem {
  const mib = IMPORT.bodyBytesMax / 1024 / 1024;
  return new Problem(
    413,
    `A file may have ${IMPORT.rowsMax.toLocaleString("en")} rows of cabinets and ${mib} MiB: divide it`,
    { code: "limit" },
  );
}

function namedColumns(names: readonly string[]): NamedColumn[] {
  const columns = names.map((name) => {
    const column = columnNamed(name);
    if (!column) throw new Problem(422, `There is no column "${name.slice(0, 40)}": there are ${allNames()}`);
    return { ...column, name: name.trim() };
  });
  const twice = columns.find((one, at) => columns.findIndex((other) => nameOf(other) === nameOf(one)) !== at);
  if (twice) throw new Problem(422, `The column ${nameOf(twice)} is there twice`);
  if (!columns.some((column) => nameOf(column) === "id")) throw new Problem(422, "There is no column id");
  return columns;
}

/** What all columns may be called. */
function allNames(): string {
  return COLUMNS.map(nameOf).map((name) => `${name} (${CHINESE[name]?.[0]})`).join(", ");
}

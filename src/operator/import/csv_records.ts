import { CsvError, parse } from "csv-parse";
import { IMPORT } from "../../lib/limits.ts";
import { Problem } from "../problem.ts";

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** What {@linkcode readRecords} works with. */
interface RecordReading {
  /**
   * Takes the fields of a row, empty ones too. The first row is 1, as a spreadsheet counts.
   *
   * @throws {Problem} to end the reading
   */
  readonly take: (fields: readonly string[], row: number) => void;
  /** Waits until a piece of work may begin. */
  readonly pause: () => Promise<void>;
}

/**
 * Reads a CSV file, whose fields are separated by commas, semicolons or tabs, piece by piece.
 *
 * @throws {Problem} if it is not one, or has more rows than are read
 */
export async function readRecords(text: string, { take, pause }: RecordReading): Promise<void> {
  let row = 0;
  let failed: Error | undefined;
  const parser = parse({
    delimiter: delimiterOf(text),
    bom: true,
    relax_column_count: true,
    max_record_size: IMPORT.rowBytesMax,
  });
  // The parser calls this, too, and a mistake may be thrown to it by nobody. It ends when all that it has is taken.
  const takeAll = () => {
    for (let fields: string[] | null = parser.read(); fields; fields = parser.read()) {
      if (failed) continue;
      try {
        if (row === IMPORT.rowsReadMax) throw tooManyRows();
        take(fields, ++row);
      } catch (error) {
        failed = error as Error;
      }
    }
  };
  parser.on("error", (error) => failed ??= error);
  const ended = new Promise<void>((resolve) => parser.on("close", resolve));
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  while (at < bytes.length && !failed) {
    await pause();
    const end = sliceEnd(bytes, at);
    parser.write(bytes.subarray(at, end));
    takeAll();
    at = end;
  }
  parser.end();
  parser.on("readable", takeAll);
  takeAll();
  await ended;
  if (failed) throw failed instanceof Problem ? failed : notCsv(failed, row);
}

/** Where the slice of the file ends that begins there. */
function sliceEnd(bytes: Uint8Array, from: number): number {
  const end = Math.min(from + IMPORT.sliceBytes, bytes.length);
  let lineEnds = 0;
  for (let at = from; at < end; at++) {
    if (bytes[at] !== LINE_FEED && bytes[at] !== CARRIAGE_RETURN) continue;
    if (++lineEnds === IMPORT.sliceLineEnds) return at + 1;
  }
  return end;
}

/** Spreadsheets write another separator where the comma is a decimal sign. */
function delimiterOf(text: string): string {
  const head = text.slice(0, IMPORT.rowBytesMax);
  const end = head.search(/[\r\n]/);
  const first = end < 0 ? head : head.slice(0, end);
  const count = (sign: string) => first.split(sign).length;
  return [",", ";", "\t"].reduce((best, sign) => count(sign) > count(best) ? sign : best);
}

function tooManyRows(): Problem {
  const rows = IMPORT.rowsReadMax.toLocaleString("en");
  return new Problem(413, `The file has more than ${rows} rows, empty ones among them: remove those`, {
    code: "limit",
  });
}

function notCsv(error: Error, rowsRead: number): Problem {
  const code = error instanceof CsvError ? error.code : "";
  const row = rowsRead + 1;
  switch (code) {
    case "CSV_QUOTE_NOT_CLOSED":
      return new Problem(422, `A quote that begins in row ${row} never ends`);
    case "CSV_MAX_RECORD_SIZE":
      return new Problem(
        422,
        `Row ${row} has more than ${IMPORT.rowBytesMax / 1024} KiB: does a quote in it never end?`,
      );
    default:
      return new Problem(422, `Row ${row} is not CSV: a quote stands within a field, or text behind one`);
  }
}

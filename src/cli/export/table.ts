import {
  type ExportedRows,
  type ExportedTable,
  type ExportRange,
  exportRows,
  timeSpanOf,
} from "../../db/queries/export.ts";
import type { DatabaseLocation, Tables } from "../../db/mod.ts";
import { organizationById } from "../../db/queries/staff/organizations.ts";
import { openReadOnly } from "../../db/read_only.ts";
import { messageOf } from "../../observability/error_text.ts";
import { counted } from "../amounts.ts";
import { csvLine, SEPARATORS } from "../csv.ts";
import { type ExportColumns, LAYOUTS } from "./layout.ts";
import { ExportProgress } from "./progress.ts";
import { openTarget, type Target } from "./target.ts";
import { Failure, type Io } from "../io.ts";
import { databasePlace, namedOrganization, type ServiceOptions } from "../place.ts";

/** By which Excel knows UTF-8: without, it reads Chinese as GBK, or as whatever Windows is set to. */
const BYTE_ORDER_MARK = "\uFEFF";

/** The options of the command, as commander names them. */
export interface ExportOptions extends ServiceOptions {
  readonly cabinet?: string;
  readonly from?: number;
  readonly until?: number;
  readonly out?: string;
  readonly excel?: boolean;
  readonly separator: keyof typeof SEPARATORS;
}

/** Writes the table's rows to where they are wanted, or leaves no file. */
export async function exportTable(table: ExportedTable, options: ExportOptions, io: Io): Promise<void> {
  const interruption = new AbortController();
  const { signal } = interruption;
  io.interrupted().then(() => interruption.abort(new Failure("Interrupted: the export is not complete")));
  const organization = namedOrganization(options, io);
  await using tables = await openTables(io);
  await checkOrganization(tables, organization);
  await using target = await openTarget(options.out, { io, signal });
  const done = await writeRows(table, {
    tables,
    target,
    range: { ...options, organization },
    separator: SEPARATORS[options.separator],
    mark: options.excel ? BYTE_ORDER_MARK : "",
    terminal: terminalOf(options, io),
    signal,
  });
  await target.finish();
  io.warn(`exported ${counted(done, table)}`);
}

async function openTables(io: Io): Promise<Tables> {
  const place = databasePlace(io);
  try {
    return await openReadOnly(place);
  } catch (cause) {
    if (await isMissing(place)) {
      throw new Failure(`There is no database in ${place.folder}: set DATA_DIR to the service's folder`, {
        cause,
      });
    }
    throw new Failure(`Cannot open the database: ${messageOf(cause)}`, { cause });
  }
}

/** @throws {Failure} if one is named that is not there */
async function checkOrganization(tables: Tables, organization: string | undefined): Promise<void> {
  if (organization === undefined || await organizationById(tables, organization)) return;
  throw new Failure(`There is no organization ${organization}`);
}

async function isMissing({ folder, url }: DatabaseLocation): Promise<boolean> {
  if (url !== undefined) return false;
  const missing = (error: unknown) => error instanceof Deno.errors.NotFound;
  return await Deno.stat(`${folder}/kaigui.sqlite`).then(() => false, missing);
}

/** A bar would stand between the rows that are shown on the same terminal. */
function terminalOf({ out = "-" }: ExportOptions, io: Io): Io["terminal"] {
  return out === "-" && io.columns !== undefined ? undefined : io.terminal;
}

interface Writing {
  readonly tables: Tables;
  readonly target: Target;
  readonly range: ExportRange;
  readonly separator: string;
  /** What stands before the first line. */
  readonly mark: string;
  readonly terminal: Io["terminal"];
  readonly signal: AbortSignal;
}

/** Writes what there is at the beginning: beside a busy service it would never come to an end otherwise. */
async function writeRows<Table extends ExportedTable>(table: Table, writing: Writing): Promise<number> {
  const { tables, target, range, separator, mark, terminal, signal } = writing;
  const layout: ExportColumns<ExportedRows[Table]> = LAYOUTS[table];
  const span = await timeSpanOf(tables, table, range);
  await target.write(mark + csvLine(layout.columns, separator));
  if (!span) return 0;
  using progress = new ExportProgress(span, { terminal });
  const bounds = { ...range, from: span.first, until: span.last + 1 };
  for await (const { rows, upTo } of exportRows(tables, table, bounds)) {
    signal.throwIfAborted();
    await target.write(rows.map((row) => csvLine(layout.values(row), separator)).join(""));
    progress.add(rows.length, upTo);
  }
  return progress.rows;
}

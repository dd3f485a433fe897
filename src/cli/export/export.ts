import { Argument, type Command, Option } from "commander";
import { KAIGUI } from "../../lib/command_line.ts";
import type { ExportedTable } from "../../db/queries/export.ts";
import { checkTimeRange, DATES, idArgument, timeArgument } from "../arguments.ts";
import { SEPARATORS } from "../csv.ts";
import type { ExportOptions } from "./table.ts";
import type { Io } from "../io.ts";

const TABLES = ["rentals", "commands", "events"] satisfies ExportedTable[];

const NOTES = `
Examples:
  ${KAIGUI} export rentals --from 2025-11-01 --until 2025-12-01 --out november.csv
  ${KAIGUI} export rentals --excel --out november.csv
  ${KAIGUI} export commands --cabinet lobby-a | gzip > commands.csv.gz

It reads the database itself: SQLite in DATA_DIR (./data), or Postgres where DATABASE_URL is set. The service may run
meanwhile; what happens after the start of the export is not in it. Without --organization it has the records of all
organizations. A time of --from is in it, one of --until is not; rentals count by their beginning. A text that a
spreadsheet would run as a formula has a ' before it.
The text is UTF-8. Excel takes that for another encoding unless --excel is said, and splits fields at the separator of
Windows' region: a comma in China and the Americas, a semicolon in most of Europe (--separator semicolon).`;

/** Adds `kaigui export`. */
export function addExportCommand(program: Command, io: Io): void {
  const command = program.command("export")
    .summary("rentals, commands or events as CSV")
    .description("Writes rentals, commands or events as CSV (RFC 4180), oldest first.")
    .addArgument(new Argument("<what>", "which records").choices(TABLES))
    .option("--cabinet <id>", "only those of this cabinet", idArgument)
    .option("--from <date>", `none before: ${DATES}`, timeArgument)
    .option("--until <date>", "only those before", timeArgument)
    .option("--out <file>", "write to this file; - is standard output (default: -)")
    .option("--excel", "for Excel: begin with a byte order mark, or it does not read Chinese")
    .addOption(
      new Option("--separator <name>", "what stands between fields").choices(Object.keys(SEPARATORS))
        .default("comma"),
    )
    .addHelpText("after", NOTES);
  command.action(async (table: ExportedTable) =>
    await runExport(table, command.optsWithGlobals<ExportOptions>(), io)
  );
}

/** The rest is loaded when it is needed: no other command has to wait for a database's code. */
async function runExport(table: ExportedTable, options: ExportOptions, io: Io): Promise<void> {
  checkTimeRange(options);
  const { exportTable } = await import("./table.ts");
  await exportTable(table, options, io);
}

import type { Command } from "commander";
import type { ImportReport } from "kaigui-client";
import { KAIGUI } from "../../lib/command_line.ts";
import { Client } from "../client.ts";
import { bytesIn } from "../commands/cabinet_body.ts";
import { Failure, type Io, UsageError } from "../io.ts";
import type { JsonOptions } from "../place.ts";
import { type ActOptions, addReasonOption } from "../staff/grants.ts";
import { jsonText, table } from "../table.ts";

type Report = ImportReport;

interface ImportOptions extends ActOptions, JsonOptions {
  readonly trial?: boolean;
  readonly yes?: boolean;
}

/** A file of 5,000 rows is tried twice and done once, on a slow disk. */
const TIMEOUT_MS = 10 * 60_000;

const EXAMPLES = `
The first row names the columns, in English or Chinese:
  id,name,board,mode,registration,cells,tags,address
  编号,名称,锁控板,模式,注册包,格数,标签,地址

Examples:
  ${KAIGUI} import cabinets.csv --trial
  ${KAIGUI} import cabinets.csv --yes --reason "new gym"`;

/** Adds `kaigui import`. */
export function addImportCommand(program: Command, io: Io): void {
  const command = addReasonOption(
    program.command("import")
      .summary("make and change cabinets from a CSV file")
      .description(
        "Says first what each row of the file would do, then does it. Rows that are wrong are left out; what a row does " +
          "not say stays as the cabinet has it.",
      )
      .argument("<file>", "CSV in UTF-8 or GB18030; - is standard input")
      .option("--trial", "only say what would be done")
      .option("--yes", "do not ask")
      .option("--json", "what the service answers, as JSON"),
  ).addHelpText("after", EXAMPLES);
  command.action(async (file: string) => await importFile(file, command.optsWithGlobals(), io));
}

async function importFile(
  file: string,
  { trial: isTrial, yes, json, reason, ...place }: ImportOptions,
  io: Io,
): Promise<void> {
  const client = Client.of(place, io);
  const bytes = new Uint8Array(await bytesIn(file, io));
  const send = (query: { trial: "true" | "false"; confirm?: string }) =>
    client.call("importRun", { query: { ...query, reason }, body: bytes, timeoutMs: TIMEOUT_MS });
  const tried = await send({ trial: "true" });
  if (isTrial || tried.confirm === null) return say(tried, json, io);
  if (!yes) {
    say(tried, false, io);
    const answer = io.confirm(`Make ${tried.counts.created} cabinets and change ${tried.counts.changed}?`);
    if (answer === undefined) throw new UsageError("Nobody is here to ask: add --yes to do it");
    if (!answer) throw new Failure("Nothing was done");
  }
  say(await send({ trial: "false", confirm: tried.confirm }), json, io);
}

function say(report: Report, json: boolean | undefined, io: Io): void {
  if (json) return io.say(jsonText(report));
  const { counts: { created, changed, unchanged, wrong }, rows, trial } = report;
  const told = rows.filter(({ result }) => result === "changed" || result === "wrong")
    .map(({ row, id, result, changes, mistakes }) => [
      `${row}`,
      id ?? "",
      result,
      [
        ...changes,
        ...mistakes.map(({ column, message }) => column === null ? message : `${column}: ${message}`),
      ]
        .join("; "),
    ]);
  if (told.length > 0) io.say(table(["ROW", "CABINET", "RESULT", "WHAT"], told));
  const would = trial ? "would be " : "";
  io.say(`${created} ${would}made, ${changed} ${would}changed, ${unchanged} unchanged, ${wrong} wrong`);
}

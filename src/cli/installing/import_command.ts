import type { Command } from "commander";
import type { ImportReport } from "kaigui-client";
import { KAIGUI } from "../../lib/command_line.ts";
import { Client } from "../client.ts";
import { bytesIn } from "../commands/cabinet_body.ts";
import { confirmed, Failure, type Io } from "../io.ts";
import { addDoOptions, type DoOptions } from "../daily/lists.ts";
import { addYes } from "../place.ts";
import { jsonText, table } from "../table.ts";

/** What becomes of each row, or would. */
type Report = Pick<ImportReport, "counts" | "rows"> & { readonly trial: boolean };

interface ImportOptions extends DoOptions {
  readonly trial?: boolean;
  readonly yes?: boolean;
}

/** A file of 5,000 rows is tried twice and done once, on a slow disk. */
const TIMEOUT_MS = 10 * 60_000;
/** How often a file is sent that does something else each time, where nobody is asked about it. */
const TRIES_MAX = 5;

const EXAMPLES = `
The first row names the columns, in English or Chinese:
  id,name,board,mode,registration,cells,tags,address
  编号,名称,锁控板,模式,注册包,格数,标签,地址

Examples:
  ${KAIGUI} import cabinets.csv --trial
  ${KAIGUI} import cabinets.csv --yes --reason "new gym"

Exit code: 0 when no row is wrong; 1 when one is, or nothing was done.`;

/** Adds `kaigui import`. */
export function addImportCommand(program: Command, io: Io): void {
  const command = addYes(addDoOptions(
    program.command("import")
      .summary("make and change cabinets from a CSV file")
      .description(
        "Says first what each row of the file would do, then does it. Rows that are wrong are left out; what a row does " +
          "not say stays as the cabinet has it.",
      )
      .argument("<file>", "CSV in UTF-8 or GB18030; - is standard input")
      .option("--trial", "only say what would be done"),
  )).addHelpText("after", EXAMPLES);
  command.action(async (file: string) => await importFile(file, command.optsWithGlobals(), io));
}

async function importFile(
  file: string,
  { trial: isTrial, ...options }: ImportOptions,
  io: Io,
): Promise<void> {
  const { yes: _, json, reason, ...place } = options;
  const client = Client.of(place, io);
  const body = new Uint8Array(await bytesIn(file, io));
  const input = (query: { trial: "true" | "false"; confirm?: string }) => {
    return { query: { ...query, reason }, body, timeoutMs: TIMEOUT_MS };
  };
  const tried = await client.call("importRun", input({ trial: "true" }));
  const { confirm } = tried;
  if (isTrial || confirm === null) return tell(tried, json, io);
  const send = async (confirm: string) =>
    await client.callOrConfirm("importRun", input({ trial: "false", confirm }));
  tell(await carryOut({ ...tried, confirm }, { send, options, io }), json, io);
}

/** What a trial saw, or a confirmation asks about. */
interface Trial extends Omit<Report, "trial"> {
  readonly confirm: string;
}

/**
 * Does what the trial saw once the person wants it. Where the file would do something else by now, or they took their time,
 * they are asked once more.
 *
 * @throws {Failure} if they do not want it
 */
async function carryOut(
  trial: Trial,
  { send, options: { yes, json }, io }: {
    send: (confirm: string) => Promise<{ readonly done: Report } | { readonly toConfirm: Trial }>;
    options: ImportOptions;
    io: Io;
  },
): Promise<Report> {
  for (let tries = 0; !yes || tries < TRIES_MAX; tries++) {
    if (!yes) await ask(trial, { json, io });
    const answer = await send(trial.confirm);
    if ("done" in answer) return answer.done;
    trial = answer.toConfirm;
  }
  throw new Failure(
    "Nothing was done: others change its cabinets, so the file would do something else each time",
  );
}

/** @throws {Failure} if the person does not want it */
async function ask(
  { counts, rows }: Trial,
  { json, io }: { json: boolean | undefined; io: Io },
): Promise<void> {
  // The answer is the JSON of what was done.
  const line = json ? (text: string) => io.warn(text) : (text: string) => io.say(text);
  textOf({ counts, rows, trial: true }).forEach(line);
  const question = `Make ${counts.created} cabinets and change ${counts.changed}?`;
  await confirmed(() => question, { to: "do it", otherwise: "Nothing was done", io });
}

/** @throws {Failure} if rows are wrong */
function tell(report: Report, json: boolean | undefined, io: Io): void {
  if (json) io.say(jsonText(report));
  else for (const text of textOf(report)) io.say(text);
  const { wrong } = report.counts;
  if (wrong > 0) throw new Failure(`${wrong === 1 ? "1 row is" : `${wrong} rows are`} wrong, and left out`);
}

/** The rows that change a cabinet or are wrong, and how many rows come out how. */
function textOf({ counts: { created, changed, unchanged, wrong }, rows, trial }: Report): string[] {
  const told = rows.filter(({ result }) => result === "changed" || result === "wrong").map(rowOf);
  const would = trial ? "would be " : "";
  return [
    ...told.length > 0 ? [table(["ROW", "CABINET", "RESULT", "WHAT"], told)] : [],
    `${created} ${would}made, ${changed} ${would}changed, ${unchanged} unchanged, ${wrong} wrong`,
  ];
}

function rowOf({ row, id, result, changes, mistakes }: Report["rows"][number]): string[] {
  const wrong = mistakes.map(({ column, message }) => column === null ? message : `${column}: ${message}`);
  return [`${row}`, id ?? "", result, [...changes, ...wrong].join("; ")];
}

import type { Command } from "commander";
import { CELL_ACTIONS, type CellAction, type CommandState } from "../../cabinet/kinds.ts";
import { KAIGUI } from "../../lib/command_line.ts";
import { COMMAND } from "../../lib/limits.ts";
import { cellArgument, idArgument, keyArgument } from "../arguments.ts";
import { Client } from "../client.ts";
import { Failure, type Io } from "../io.ts";
import { type AnswerOf, CallFailure } from "../operation.ts";
import { jsonText } from "../table.ts";
import { addDoOptions, type DoOptions } from "./lists.ts";

/** The service waits for the door, and answers then how far it has come; the way takes some time, too. */
const OPEN_TIMEOUT_MS = COMMAND.operatorWaitMs + 10_000;

/** States in which no door opens any more. */
const NOT_OPENED: ReadonlySet<CommandState> = new Set(["refused", "failed"]);

interface OpenOptions extends DoOptions {
  readonly key?: string;
}

const OPEN_EXAMPLE = `
Example:
  ${KAIGUI} open lobby-a 7 --reason "the phone is dead"

Where no answer came, the error has a key: with --key it is the same opening, which opens the cell once at most.

Exit code: 0 when the door opened, or was told to where it has no switch; 1 otherwise.`;

/** Adds `kaigui open`. */
export function addOpenCommand(program: Command, io: Io): void {
  const open = withCell(
    program.command("open")
      .summary("open a cell")
      .description("Opens a cell and waits for the outcome. Staff has to say a reason."),
  ).option("--key <key>", "which opening it is: asked again, it is the same one", keyArgument)
    .addHelpText("after", OPEN_EXAMPLE);
  open.action(async (cabinet: string, cell: number) =>
    await openCell({ id: cabinet, cell }, open.optsWithGlobals(), io)
  );
}

async function openCell(
  path: CellPath,
  { reason, json, key = crypto.randomUUID(), ...place }: OpenOptions,
  io: Io,
): Promise<void> {
  const command = await sendOpening(path, { client: Client.of(place, io), reason, key });
  if (json) io.say(jsonText(command));
  const { state } = command;
  const cell = `cell ${path.cell} of ${path.id}`;
  if (state === "opened" || state === "accepted") {
    if (!json) io.say(`${state === "opened" ? "opened" : "told to open"} ${cell}`);
    return;
  }
  const why = command.reason === null ? state : `${state} (${command.reason})`;
  if (NOT_OPENED.has(state)) throw new Failure(`Cell ${path.cell} of ${path.id} was not opened: ${why}`);
  // It is over, so that to ask again tells no more.
  const isOver = state === "unconfirmed";
  throw new Failure(`It is not known whether ${cell} opened: ${why}${isOver ? "" : `; ${askAgain(key)}`}`);
}

/** @throws {CallFailure} if it is refused, or no answer comes: then with the key by which it can be asked again */
async function sendOpening(
  path: CellPath,
  { client, reason, key }: { client: Client; reason: string | undefined; key: string },
): Promise<AnswerOf<"commandsOpen">> {
  const headers = { "Idempotency-Key": key };
  try {
    return await client.call("commandsOpen", {
      path,
      body: { reason },
      headers,
      timeoutMs: OPEN_TIMEOUT_MS,
    });
  } catch (cause) {
    if (!(cause instanceof CallFailure) || cause.isRefusal) throw cause;
    const unknown = `it is not known whether cell ${path.cell} of ${path.id} opened`;
    throw new Failure(`${cause.message}; ${unknown}: ${askAgain(key)}`, { cause });
  }
}

function askAgain(key: string): string {
  return `ask again with --key ${key}`;
}

const DONE: Readonly<Record<CellAction, readonly [summary: string, description: string]>> = {
  disable: ["take a cell out of use", "Takes a cell out of use: nobody is given it."],
  enable: ["put a cell back into use", "Puts a cell back into use."],
  clean: ["say that a cell is in order again", "Says that what was wrong with a cell is mended."],
};

const OPERATIONS = { disable: "cellsDisable", enable: "cellsEnable", clean: "cellsClean" } as const;

/** Adds `kaigui cell`, with `disable`, `enable` and `clean`. */
export function addCellCommand(program: Command, io: Io): void {
  const cell = program.command("cell")
    .summary("take cells out of use, and into it")
    .description("Takes cells out of use, puts them back, or says that they are mended.")
    .helpCommand(false);
  for (const act of CELL_ACTIONS) {
    const [summary, description] = DONE[act];
    const command = withCell(cell.command(act).summary(summary).description(description));
    command.action(async (id: string, number: number) =>
      await setCell(act, { id, cell: number }, { options: command.optsWithGlobals(), io })
    );
  }
}

async function setCell(
  act: CellAction,
  path: CellPath,
  { options: { reason, json, ...place }, io }: { options: DoOptions; io: Io },
): Promise<void> {
  const cell = await Client.of(place, io).call(OPERATIONS[act], { path, body: { reason } });
  io.say(json ? jsonText(cell) : `cell ${path.cell} of ${path.id} is ${cell.state}`);
}

interface CellPath {
  readonly id: string;
  readonly cell: number;
}

function withCell(command: Command): Command {
  return addDoOptions(
    command.argument("<cabinet>", "its id", idArgument)
      .argument("<cell>", "the number on the door", cellArgument),
  );
}

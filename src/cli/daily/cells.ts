import type { Command } from "commander";
import { CELL_ACTIONS, type CellAction } from "../../cabinet/kinds.ts";
import { KAIGUI } from "../../lib/command_line.ts";
import { idArgument, wholeNumber } from "../arguments.ts";
import { Client } from "../client.ts";
import { Failure, type Io } from "../io.ts";
import { jsonText } from "../table.ts";
import { addDoOptions, type DoOptions } from "./lists.ts";

const CELL_MAX = 9_999;

const OPEN_EXAMPLE = `
Example:
  ${KAIGUI} open lobby-a 7 --reason "the phone is dead"

Exit code: 0 when the door opened, or was told to where it has no switch; 1 otherwise.`;

/** Adds `kaigui open`. */
export function addOpenCommand(program: Command, io: Io): void {
  const open = withCell(
    program.command("open")
      .summary("open a cell")
      .description("Opens a cell and waits for the outcome. Staff has to say a reason."),
  ).addHelpText("after", OPEN_EXAMPLE);
  open.action(async (cabinet: string, cell: number) =>
    await openCell({ id: cabinet, cell }, open.optsWithGlobals(), io)
  );
}

async function openCell(path: CellPath, { reason, json, ...place }: DoOptions, io: Io): Promise<void> {
  const command = await Client.of(place, io).call("commandsOpen", { path, body: { reason } });
  if (json) io.say(jsonText(command));
  const { state } = command;
  if (state !== "opened" && state !== "accepted") {
    const why = command.reason === null ? state : `${state} (${command.reason})`;
    throw new Failure(`Cell ${path.cell} of ${path.id} was not opened: ${why}`);
  }
  if (!json) io.say(`${state === "opened" ? "opened" : "told to open"} cell ${path.cell} of ${path.id}`);
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
      .argument("<cell>", "the number on the door", wholeNumber(1, CELL_MAX)),
  );
}

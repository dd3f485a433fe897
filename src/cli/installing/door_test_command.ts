import type { Command } from "commander";
import { cellArgument, idArgument, secondsArgument } from "../arguments.ts";
import { Client } from "../client.ts";
import { addReasonOption, type DoOptions } from "../daily/lists.ts";
import { DOOR_TEST } from "../../lib/limits.ts";
import { Failure, type Io } from "../io.ts";

interface TestOptions extends DoOptions {
  readonly cell?: readonly number[];
  readonly pause?: number;
}

/** A thousand cells, each with a pause and a look around. */
const TIMEOUT_MS = 24 * 3_600_000;
const PAUSE_SECONDS = {
  min: DOOR_TEST.pauseMsMin / 1000,
  max: DOOR_TEST.pauseMsMax / 1000,
  usual: DOOR_TEST.pauseMsDefault / 1000,
};

/** Adds `kaigui test`. */
export function addDoorTestCommand(program: Command, io: Io): void {
  const { min, max, usual } = PAUSE_SECONDS;
  const command = addReasonOption(
    program.command("test")
      .summary("open free cells one after the other, and say what their locks and switches do")
      .description(
        "Opens cells that are free one after the other and says of each what its lock and its switch did, so that wrong " +
          "wiring and swapped plugs are found. Ctrl-C ends it before the next cell.",
      )
      .argument("<cabinet>", "its id", idArgument)
      .option(
        "--cell <number>",
        "only this cell; again for more",
        (text: string, before?: readonly number[]) => [...before ?? [], cellArgument(text)],
      )
      .option(
        "--pause <seconds>",
        `between one cell and the next: seconds, ${min} to ${max} (default: ${usual})`,
        secondsArgument(min, max),
      )
      .option("--json", "what the service answers, a line of JSON for each cell"),
  );
  command.action(async (id: string) => await testDoors(id, command.optsWithGlobals(), io));
}

async function testDoors(id: string, options: TestOptions, io: Io): Promise<void> {
  const { cell: cells, pause, reason, json, ...place } = options;
  const body = { cells, reason, ...pause !== undefined && { pauseMs: Math.round(pause * 1000) } };
  let isFine: boolean | undefined;
  const lines = Client.of(place, io).lines("doorsTest", { path: { id }, body, timeoutMs: TIMEOUT_MS });
  for await (const line of lines) {
    if (json) io.say(JSON.stringify(line));
    else for (const sentence of [line.says].flat()) io.say(sentence);
    if (line.type === "end") {
      isFine = line.ended === "done" && line.notFine === 0;
      if (!json) {
        io.say(`${line.fine} fine, ${line.notFine} not${line.ended === "done" ? "" : ` (${line.ended})`}`);
      }
    }
  }
  if (isFine === undefined) throw new Failure(`The test of cabinet ${id} broke off`);
  if (!isFine) throw new Failure(`Cabinet ${id} is not fine yet`);
}

import { type Command, Option } from "commander";
import { KAIGUI } from "../../lib/command_line.ts";
import type { PosterLayout } from "../../posters/mod.ts";
import { idArguments } from "../arguments.ts";
import { Client } from "../client.ts";
import type { Io } from "../io.ts";
import type { ServiceOptions } from "../place.ts";
import { warnOfLocalLinks, writeFile } from "./qr.ts";

const LAYOUTS = ["sheet", "sticker"] satisfies PosterLayout[];

const EXAMPLES = `
Examples:
  ${KAIGUI} posters --out posters.html
  ${KAIGUI} posters lobby-a lobby-b --out lobby.html
  ${KAIGUI} posters --layout sticker --out stickers.html

Open the page in a browser and print it: on A4, at its full size. The codes say what the service's PUBLIC_URL says, as
those of qr do; where it has none, its --url.`;

interface PostersOptions extends ServiceOptions {
  readonly out?: string;
  readonly layout: PosterLayout;
}

/** Adds `kaigui posters`. */
export function addPostersCommand(program: Command, io: Io): void {
  const posters = program.command("posters")
    .summary("posters of cabinets to print: code, name and how to use them")
    .description("Writes a page with a poster of each cabinet: its QR code, its name, and how to use it.")
    .argument("[id...]", "the cabinets (default: all)", idArguments)
    .option("--out <file>", "write to this file; - is standard output (default: -)")
    .addOption(
      new Option("--layout <layout>", "sheet: A4 for each; sticker: squares of 10 cm, four on a sheet")
        .choices(LAYOUTS).default("sheet"),
    )
    .addHelpText("after", EXAMPLES);
  posters.action(async (ids: string[] | undefined) => {
    await writePosters(ids ?? [], posters.optsWithGlobals(), io);
  });
}

async function writePosters(ids: readonly string[], options: PostersOptions, io: Io): Promise<void> {
  const page = await Client.of(options, io).text("codesPosters", {
    query: { cabinet: [...ids], layout: options.layout },
  });
  // No name can look like this: its quotes are escaped.
  const [, link] = /role="img" aria-label="([^"]+)"/.exec(page) ?? [];
  if (link !== undefined) warnOfLocalLinks([link], io);
  const bytes = new TextEncoder().encode(page);
  const { out = "-" } = options;
  if (out === "-") return io.write(bytes);
  await writeFile(out, bytes);
  io.say(`${out}  open it in a browser and print it`);
}

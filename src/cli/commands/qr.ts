import { type Command, Option } from "commander";
import type { Cabinet } from "kaigui-client";
import { KAIGUI } from "../../lib/command_line.ts";
import { qrPicture, qrText } from "../../lib/qr_code.ts";
import { idArguments, wholeNumber } from "../arguments.ts";
import { Client } from "../client.ts";
import { Failure, type Io, UsageError, whyNot } from "../io.ts";
import type { ServiceOptions } from "../place.ts";

/** A code is 20 to 60 modules wide: below this they would be smaller than a pixel. */
const PIXELS_MIN = 64;
/** 10,000 pixels are 85 cm at 300 dpi. */
const PIXELS_MAX = 10_000;

const EXAMPLES = `
Examples:
  ${KAIGUI} qr lobby-a
  ${KAIGUI} qr lobby-a --svg lobby-a.svg
  ${KAIGUI} qr lobby-a --png - > /media/stick/lobby-a.png
  ${KAIGUI} qr lobby-a lobby-b lobby-c --out stickers --format png --size 1024

The code says what the service's PUBLIC_URL says, as on posters; where it has none, its --url.`;

type Format = "svg" | "png";

interface QrOptions extends ServiceOptions {
  readonly svg?: string;
  readonly png?: string;
  readonly out?: string;
  readonly format: Format;
  readonly size: number;
}

/** Adds `kaigui qr`. */
export function addQrCommand(program: Command, io: Io): void {
  const qr = program.command("qr")
    .summary("the QR codes of cabinets, for their stickers")
    .description("Shows the QR code that opens a cabinet's page, or writes it to a file.")
    .argument("<id...>", "the cabinets", idArguments)
    .addOption(
      new Option("--svg <file>", "write an SVG picture; - is standard output").conflicts(["png", "out"]),
    )
    .addOption(new Option("--png <file>", "write a PNG picture; - is standard output").conflicts("out"))
    .option("--out <folder>", "write a picture of each cabinet, named by its id, into this folder")
    .addOption(
      new Option("--format <format>", "of the pictures in --out").choices(["svg", "png"]).default("svg"),
    )
    .option("--size <pixels>", "width and height of a picture", wholeNumber(PIXELS_MIN, PIXELS_MAX), 512)
    .addHelpText("after", EXAMPLES);
  qr.action(async (ids: string[]) => await showCodes(ids, qr.optsWithGlobals(), io));
}

/** What a code says, and whose it is. */
type Coded = Pick<Cabinet, "id" | "link">;

async function showCodes(ids: readonly string[], options: QrOptions, io: Io): Promise<void> {
  const [file, format]: [string | undefined, Format] = options.svg === undefined
    ? [options.png, "png"]
    : [options.svg, "svg"];
  if (file !== undefined && ids.length > 1) {
    throw new UsageError(`--${format} is for one cabinet; use --out for several`);
  }
  // All of them before anything is written: a sticker that leads nowhere is noticed on the wall.
  const client = Client.of(options, io);
  const cabinets: Coded[] = [];
  for (const id of ids) cabinets.push(await client.get(id));
  warnOfLocalLinks(cabinets.map(({ link }) => link), io);
  if (options.out !== undefined) return await fillFolder(options.out, { cabinets, options, io });
  for (const cabinet of cabinets) {
    if (file === undefined) await showCode(cabinet, io);
    else await writePicture(cabinet, { file, format, options, io });
  }
}

async function showCode({ id, link }: Coded, io: Io): Promise<void> {
  io.draw(await qrText(link, { colors: io.columns !== undefined }));
  io.say(`${id}  ${link}`);
}

async function fillFolder(
  folder: string,
  { cabinets, options, io }: { cabinets: readonly Coded[]; options: QrOptions; io: Io },
): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true });
  } catch (cause) {
    throw new Failure(`Cannot make the folder ${folder}: ${whyNot(cause)}`, { cause });
  }
  const { format } = options;
  for (const cabinet of cabinets) {
    await writePicture(cabinet, { file: `${folder}/${cabinet.id}.${format}`, format, options, io });
  }
}

async function writePicture(
  { link }: Coded,
  { file, format, options, io }: { file: string; format: Format; options: QrOptions; io: Io },
): Promise<void> {
  const picture = await qrPicture(link, { format, pixels: options.size });
  if (file === "-") return io.write(picture);
  await writeFile(file, picture);
  io.say(`${file}  ${link}`);
}

/**
 * Writes a file, over an older one.
 *
 * @throws {Failure} if it cannot be written
 */
export async function writeFile(file: string, bytes: Uint8Array): Promise<void> {
  try {
    await Deno.writeFile(file, bytes);
  } catch (cause) {
    throw new Failure(`Cannot write ${file}: ${whyNot(cause)}`, { cause });
  }
}

/** A sticker that only this machine can follow is a mistake that shows late. */
export function warnOfLocalLinks(links: readonly string[], io: Io): void {
  const isLocal = (link: string) => /^(localhost|127\..*|\[::1\])$/.test(new URL(link).hostname);
  if (!links.some(isLocal)) return;
  io.warn(
    "These links work on this machine only: start the service with PUBLIC_URL, the address that phones can reach",
  );
}

/**
 * `kaigui qr`.
 *
 * @module
 */
import { type Command, Option } from "commander";
import { qrPicture, qrText } from "../qr_code.ts";
import { idArguments, wholeNumber } from "./arguments.ts";
import { whyNot } from "./cabinet_body.ts";
import { Failure, type Io, UsageError } from "./io.ts";
import { cabinetLink, type PlaceOptions, settingsOf } from "./place.ts";

/** A code is 20 to 60 modules wide: below this they would be smaller than a pixel. */
const PIXELS_MIN = 64;
/** 10,000 pixels are 85 cm at 300 dpi. */
const PIXELS_MAX = 10_000;

const EXAMPLES = `
Examples:
  kaigui qr lobby-a
  kaigui qr lobby-a --svg lobby-a.svg
  kaigui qr lobby-a --png - > /media/stick/lobby-a.png
  kaigui qr lobby-a lobby-b lobby-c --out stickers --format png --size 1024

The code says {PUBLIC_URL}/c/{id}; without PUBLIC_URL it says the service's --url.`;

type Format = "svg" | "png";

interface QrOptions extends PlaceOptions {
  readonly svg?: string;
  readonly png?: string;
  readonly out?: string;
  readonly format: Format;
  readonly size: number;
}

/** Adds the command. */
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

async function showCodes(ids: readonly string[], options: QrOptions, io: Io): Promise<void> {
  warnOfLocalLinks(options, io);
  const [first = "", ...others] = ids;
  const [file, format]: [string | undefined, Format] = options.svg === undefined
    ? [options.png, "png"]
    : [options.svg, "svg"];
  if (file !== undefined) {
    if (others.length > 0) throw new UsageError(`--${format} is for one cabinet; use --out for several`);
    return await writePicture(first, { file, format, options, io });
  }
  if (options.out !== undefined) return await fillFolder(options.out, { ids, options, io });
  for (const id of ids) await showCode(id, options, io);
}

async function showCode(id: string, options: QrOptions, io: Io): Promise<void> {
  const link = cabinetLink(id, options, io);
  io.say(await qrText(link, { colors: io.columns !== undefined }));
  io.say(`${id}  ${link}`);
}

async function fillFolder(
  folder: string,
  { ids, options, io }: { ids: readonly string[]; options: QrOptions; io: Io },
): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true });
  } catch (cause) {
    throw new Failure(`Cannot make the folder ${folder}: ${whyNot(cause)}`, { cause });
  }
  for (const id of ids) {
    const file = `${folder}/${id}.${options.format}`;
    await writePicture(id, { file, format: options.format, options, io });
  }
}

async function writePicture(
  id: string,
  { file, format, options, io }: { file: string; format: Format; options: QrOptions; io: Io },
): Promise<void> {
  const link = cabinetLink(id, options, io);
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

function warnOfLocalLinks(options: QrOptions, io: Io): void {
  if (settingsOf(io).publicUrl === undefined) warnOfLocalLink(cabinetLink("", options, io), io);
}

/** A sticker that only this machine can follow is a mistake that shows late. */
export function warnOfLocalLink(link: string, io: Io): void {
  if (!/^(localhost|127\..*|\[::1\])$/.test(new URL(link).hostname)) return;
  io.warn("This link works on this machine only: set PUBLIC_URL to the address that phones can reach");
}

/**
 * The description of a cabinet that `cabinet add` sends, out of its options or of a file.
 *
 * @module
 */
import { utf8Of } from "../../lib/utf8.ts";
import { Failure, type Io, UsageError } from "../io.ts";

/** What `--mode` takes, in words. */
export const MODES = "open (anybody opens any cell), storage (people store and take), assigned (by permit)";

/** The options of `cabinet add`, as commander names them. */
export interface AddOptions {
  readonly file?: string;
  readonly name?: string;
  readonly board?: string;
  readonly registration?: string;
  readonly registrationHex?: string;
  readonly heartbeat?: string;
  readonly heartbeatHex?: string;
  readonly heartbeatEcho?: boolean;
  readonly heartbeatSeconds?: number;
  readonly localEcho?: boolean;
  readonly wiring?: string;
  readonly address?: readonly string[];
  readonly secretFile?: string;
  readonly newSecret?: boolean;
  readonly leftOpenSeconds?: number | "never";
  readonly offlineSeconds?: number | "never";
  readonly mode?: string;
  readonly rentalsPerGuest?: number | "any";
  readonly cells?: number;
  readonly perBoard?: number;
  readonly size?: string;
  readonly replace?: boolean;
}

/**
 * The body of the request that makes the cabinet, without a secret.
 *
 * @throws {UsageError} if the options do not go together
 * @throws {Failure} if the file cannot be read or is no JSON
 */
export async function bodyOf(options: AddOptions, io: Io): Promise<unknown> {
  const { file, replace: _replace, secretFile: _file, newSecret: _new, ...described } = options;
  if (file === undefined) return bodyOfOptions(described);
  const [other] = Object.keys(described);
  if (other !== undefined) {
    throw new UsageError(`--file has the whole description: leave out --${dashed(other)}`);
  }
  return await bodyOfFile(file, io);
}

/** What has to be said, and what there is to say. */
const NEEDED = {
  name: "--name",
  board: "--board",
  mode: `--mode: ${MODES}`,
} as const;

function bodyOfOptions(options: AddOptions): Record<string, unknown> {
  const { name, board, mode } = options;
  for (const [option, words] of Object.entries(NEEDED)) {
    if (options[option as keyof typeof NEEDED] !== undefined) continue;
    throw new UsageError(`Say ${words}, or --file with the whole description`);
  }
  const { localEcho, wiring, address: addresses, leftOpenSeconds, offlineSeconds, rentalsPerGuest } = options;
  const registration = bytesOf(options.registration, options.registrationHex);
  const heartbeat = heartbeatOf(options);
  return {
    name,
    board,
    mode,
    ...registration && { registration },
    ...heartbeat && { heartbeat },
    ...localEcho && { localEcho },
    ...wiring !== undefined && { wiring },
    ...addresses && { addresses },
    ...leftOpenSeconds !== undefined && { leftOpenSeconds: orNull(leftOpenSeconds) },
    ...offlineSeconds !== undefined && { offlineSeconds: orNull(offlineSeconds) },
    ...rentalsPerGuest !== undefined && { rules: { rentalsPerGuest: orNull(rentalsPerGuest) } },
    ...cellsOf(options),
  };
}

/** A word in the place of a number says that there is none. */
function orNull(value: number | "never" | "any"): number | null {
  return typeof value === "number" ? value : null;
}

function heartbeatOf(options: AddOptions): Record<string, unknown> | undefined {
  const { heartbeatEcho: echo, heartbeatSeconds: intervalSeconds } = options;
  const heartbeat = bytesOf(options.heartbeat, options.heartbeatHex);
  if (heartbeat) {
    return { ...heartbeat, ...echo && { echo }, ...intervalSeconds !== undefined && { intervalSeconds } };
  }
  if (echo) throw new UsageError("--heartbeat-echo needs --heartbeat or --heartbeat-hex");
  if (intervalSeconds === undefined) return undefined;
  throw new UsageError("--heartbeat-seconds needs --heartbeat or --heartbeat-hex");
}

function bytesOf(text: string | undefined, hex: string | undefined): Record<string, string> | undefined {
  if (text !== undefined) return { text };
  return hex === undefined ? undefined : { hex };
}

function cellsOf({ cells: count, perBoard, size }: AddOptions): Record<string, unknown> {
  const given = { ...perBoard !== undefined && { perBoard }, ...size !== undefined && { size } };
  if (count !== undefined) return { cells: { count, ...given } };
  const [lonely] = Object.keys(given);
  if (lonely !== undefined) throw new UsageError(`--${dashed(lonely)} needs --cells`);
  return {};
}

async function bodyOfFile(file: string, io: Io): Promise<unknown> {
  const text = await textOf(file, io);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : cause;
    throw new Failure(`${named(file)} is no JSON: ${why}`, { cause });
  }
}

/**
 * What is in the file, with or without a byte order mark; `-` is standard input.
 *
 * @throws {Failure} if it cannot be read, or has another encoding than UTF-8, as GBK
 */
export async function textOf(file: string, io: Io): Promise<string> {
  const bytes = await bytesIn(file, io);
  try {
    return utf8Of(bytes);
  } catch (cause) {
    throw new Failure(`${named(file)} is not UTF-8: save it with that encoding`, { cause });
  }
}

async function bytesIn(file: string, io: Io): Promise<Uint8Array> {
  try {
    return file === "-" ? await io.stdin() : await Deno.readFile(file);
  } catch (cause) {
    throw new Failure(`Cannot read ${named(file)}: ${whyNot(cause)}`, { cause });
  }
}

function named(file: string): string {
  return file === "-" ? "standard input" : file;
}

/** Why a file cannot be read or written, in a few words. */
export function whyNot(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file or folder";
  if (error instanceof Deno.errors.NotCapable) return "only files below this folder may be used";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  return error instanceof Error ? error.message : String(error);
}

function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

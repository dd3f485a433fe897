/**
 * The description of a cabinet that `cabinet add` sends, out of its options or of a file.
 *
 * @module
 */
import { Failure, type Io, UsageError } from "./io.ts";

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
  readonly localEcho?: boolean;
  readonly wiring?: string;
  readonly mode?: string;
  readonly cells?: number;
  readonly size?: string;
  readonly replace?: boolean;
}

/**
 * The body of the request that makes the cabinet.
 *
 * @throws {UsageError} if the options do not go together
 * @throws {Failure} if the file cannot be read or is no JSON
 */
export async function bodyOf(options: AddOptions, io: Io): Promise<unknown> {
  const { file, replace: _, ...described } = options;
  if (file === undefined) return bodyOfOptions(described);
  const [other] = Object.keys(described);
  if (other !== undefined) {
    throw new UsageError(`--file has the whole description: leave out --${dashed(other)}`);
  }
  return await bodyOfFile(file, io);
}

function bodyOfOptions({ name, board, ...options }: AddOptions): Record<string, unknown> {
  if (name === undefined || board === undefined) {
    throw new UsageError(
      `Say ${name === undefined ? "--name" : "--board"}, or --file with the whole description`,
    );
  }
  const { heartbeatEcho, localEcho, wiring, mode } = options;
  const registration = bytesOf(options.registration, options.registrationHex);
  const heartbeat = bytesOf(options.heartbeat, options.heartbeatHex);
  if (heartbeatEcho && !heartbeat) {
    throw new UsageError("--heartbeat-echo needs --heartbeat or --heartbeat-hex");
  }
  return {
    name,
    board,
    ...registration && { registration },
    ...heartbeat && { heartbeat: { ...heartbeat, ...heartbeatEcho && { echo: true } } },
    ...localEcho && { localEcho },
    ...wiring !== undefined && { wiring },
    ...mode !== undefined && { mode },
    ...cellsOf(options),
  };
}

function bytesOf(text: string | undefined, hex: string | undefined): Record<string, string> | undefined {
  if (text !== undefined) return { text };
  return hex === undefined ? undefined : { hex };
}

function cellsOf({ cells: count, size }: AddOptions): Record<string, unknown> {
  if (count === undefined && size !== undefined) throw new UsageError("--size needs --cells");
  return count === undefined ? {} : { cells: { count, ...size !== undefined && { size } } };
}

async function bodyOfFile(file: string, io: Io): Promise<unknown> {
  const from = file === "-" ? "standard input" : file;
  let text: string;
  try {
    text = file === "-" ? await io.stdin() : await Deno.readTextFile(file);
  } catch (cause) {
    throw new Failure(`Cannot read ${from}: ${whyNot(cause)}`, { cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Failure(`${from} is no JSON: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
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

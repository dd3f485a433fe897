import { encodeBase64Url } from "@std/encoding";
import { utf8Of } from "../../lib/text/utf8.ts";
import { Failure, type Io, UsageError, whyNot } from "../io.ts";
import { bodyOfOptions, dashed, MODES } from "./cabinet_options.ts";

/** 32 characters: too many to be guessed. */
const SECRET_BYTES = 24;

/** The options of `cabinet add`, as commander names them; those that say a field are in `cabinet_options.ts`. */
export interface AddOptions {
  readonly [field: string]: unknown;
  readonly file?: string;
  readonly device?: string;
  readonly secretFile?: string;
  readonly newSecret?: boolean;
  readonly replace?: boolean;
  readonly reason?: string;
  readonly json?: boolean;
}

/**
 * The body of the request that makes the cabinet, without a secret.
 *
 * @throws {UsageError} if the options do not go together
 * @throws {Failure} if the file cannot be read or is not JSON
 */
export async function bodyOf(options: AddOptions, io: Io): Promise<unknown> {
  const {
    file,
    replace: _replace,
    secretFile: _file,
    newSecret: _new,
    reason: _reason,
    json: _json,
    ...described
  } = options;
  if (file === undefined) return bodyOfOptions(withNeeded(described));
  const [other] = Object.keys(described);
  if (other !== undefined) {
    throw new UsageError(`--file has the whole description: leave out ${dashed(other)}`);
  }
  return await bodyOfFile(file, io);
}

/** What has to be said, and what there is to say. */
const NEEDED = {
  name: "--name",
  board: "--board",
  mode: `--mode: ${MODES}`,
} as const;

function withNeeded(options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  for (const [option, words] of Object.entries(NEEDED)) {
    if (options[option] !== undefined) continue;
    throw new UsageError(`Say ${words}, or --file with the whole description`);
  }
  return options;
}

/**
 * The JSON in the file, without the etag that `cabinet show --json` has beside a description; `-` is standard input.
 *
 * @throws {Failure} if it cannot be read or is not JSON
 */
export async function bodyOfFile(file: string, io: Io): Promise<unknown> {
  const text = await textOf(file, io);
  try {
    return withoutEtag(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : cause;
    throw new Failure(`${named(file)} is not valid JSON: ${why}`, { cause });
  }
}

/** What is not an object is left for the service to refuse. */
function withoutEtag(body: unknown): unknown {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return body;
  const { etag: _, ...description } = body as { readonly etag?: unknown };
  return description;
}

/**
 * The secret that the options mean; `undefined`: none, so that the cabinet keeps its own.
 *
 * @throws {UsageError} if standard input would have to be both the secret and the description
 * @throws {Failure} if the file cannot be read
 */
export async function secretOf(
  { file, secretFile, newSecret }: AddOptions,
  io: Io,
): Promise<string | undefined> {
  if (newSecret) return encodeBase64Url(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)));
  if (secretFile === undefined) return undefined;
  if (file === "-" && secretFile === "-") {
    throw new UsageError("--file and --secret-file cannot both read standard input");
  }
  // Editors and `echo` end a file with a line end.
  return (await textOf(secretFile, io)).replace(/\r?\n$/, "");
}

/** The description with the secret in it. Anything else is left for the service to refuse. */
export function withSecret(body: unknown, secret: string | undefined): unknown {
  if (secret === undefined || typeof body !== "object" || body === null) return body;
  return { ...body, secret };
}

/**
 * What is in the file, with or without a byte order mark; `-` is standard input.
 *
 * @throws {Failure} if it cannot be read, or has another encoding than UTF-8, as GBK
 */
async function textOf(file: string, io: Io): Promise<string> {
  const bytes = await bytesIn(file, io);
  try {
    return utf8Of(bytes);
  } catch (cause) {
    throw new Failure(`${named(file)} is not UTF-8: save it with that encoding`, { cause });
  }
}

/**
 * The bytes of the file; `-` is standard input.
 *
 * @throws {Failure} if it cannot be read
 */
export async function bytesIn(file: string, io: Io): Promise<Uint8Array> {
  try {
    return file === "-" ? await io.stdin() : await Deno.readFile(file);
  } catch (cause) {
    throw new Failure(`Cannot read ${named(file)}: ${whyNot(cause)}`, { cause });
  }
}

function named(file: string): string {
  return file === "-" ? "standard input" : file;
}

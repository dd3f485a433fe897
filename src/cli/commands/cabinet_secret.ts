import { encodeBase64Url } from "@std/encoding";
import { type AddOptions, textOf } from "./cabinet_body.ts";
import { type Io, UsageError } from "../io.ts";

/** 32 characters, so that nobody guesses it. */
const SECRET_BYTES = 24;

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

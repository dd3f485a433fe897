import { encodeBase64Url } from "@std/encoding";

const SECRET_BYTES = 32;

/** A secret and whether it was made just now. */
export interface KeptSecret {
  readonly value: string;
  readonly fresh: boolean;
}

/**
 * Reads the secret kept in the file, or makes one and keeps it there, readable by its owner only.
 *
 * @throws {Error} if the file cannot be read or written
 */
export async function keptSecret(file: string): Promise<KeptSecret> {
  try {
    const value = (await Deno.readTextFile(file)).trim();
    if (value !== "") return { value, fresh: false };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const value = encodeBase64Url(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)));
  await Deno.writeTextFile(file, `${value}\n`, { mode: 0o600 });
  return { value, fresh: true };
}

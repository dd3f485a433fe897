import { hashOf } from "../secrets.ts";
import { LOG_IN } from "../../lib/limits.ts";

/** Crockford's base32: it has no letter that looks like a digit, and takes those for the digit. */
const LETTERS = "0123456789abcdefghjkmnpqrstvwxyz";
const LETTERS_PER_CODE = 16;
/** Codes as they are normalized; a code of the second factor has digits only, and fewer. */
const SHAPE = new RegExp(`^[${LETTERS}]{${LETTERS_PER_CODE}}$`);

/** New recovery codes, to be shown once, and what is kept of them. */
export async function newRecoveryCodes(): Promise<{ codes: string[]; hashes: string[] }> {
  const plain = Array.from({ length: LOG_IN.recoveryCodes }, newCode);
  return {
    codes: plain.map((code) => code.replaceAll(/.{4}(?=.)/g, "$&-")),
    hashes: await Promise.all(plain.map(hashOf)),
  };
}

/**
 * What is kept of a recovery code; `undefined`: the text is none. SHA-256 is enough, without a key and without cost, since
 * a code has 80 random bits: nobody can try them all against a copy of the database.
 */
export async function recoveryHash(text: string): Promise<string | undefined> {
  const code = text.normalize("NFKC").toLowerCase().replaceAll(/[\s-]/g, "")
    .replaceAll("o", "0").replaceAll(/[il]/g, "1");
  return SHAPE.test(code) ? await hashOf(code) : undefined;
}

function newCode(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(LETTERS_PER_CODE));
  return Array.from(bytes, (byte) => LETTERS[byte % LETTERS.length]).join("");
}

import { LOG_IN } from "../../lib/limits.ts";

/** The text cannot be a login. The message says what is wanted. */
export class InvalidLoginError extends Error {
  override name = "InvalidLoginError";
}

const WANTED =
  "A login is an e-mail address of ASCII characters, such as anna@example.com, or a mobile number";
/** As browsers take it (HTML, 4.10.5.1.5), in lower case and with a dot in the domain. */
const EMAIL = /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+$/;
/** What people write between the digits of a number. */
const BETWEEN = /[\s().-]/g;

/**
 * The login in its one spelling: an e-mail address in lower case, or a mobile number as `+` and digits, or digits alone. The
 * full-width characters of a Chinese keyboard count as those that they stand for (NFKC). Other letters are refused: many
 * look like ASCII ones, and would make a second account that looks the same.
 *
 * @throws {InvalidLoginError}
 */
export function loginFrom(text: string): string {
  if (text.length > LOG_IN.loginCharactersMax) {
    throw new InvalidLoginError(`${WANTED}: of ${LOG_IN.loginCharactersMax} characters at most`);
  }
  const login = text.normalize("NFKC").trim().toLowerCase();
  const foreign = /[^\t-\r -~]/u.exec(login)?.[0];
  if (foreign !== undefined) {
    throw new InvalidLoginError(`${WANTED}: it has ${codePointOf(foreign)}, which is not ASCII`);
  }
  if (login.length <= LOG_IN.loginCharactersMax && EMAIL.test(login)) return login;
  const number = login.replaceAll(BETWEEN, "");
  const { mobileDigitsMin: min, mobileDigitsMax: max } = LOG_IN;
  if (new RegExp(`^\\+?[0-9]{${min},${max}}$`).test(number)) return number;
  throw new InvalidLoginError(`${WANTED} of ${min} to ${max} digits`);
}

function codePointOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

/**
 * Short numbers of rentals and people: seven random digits, so that a number tells nothing, and a check digit after Damm,
 * which finds every digit that is wrong and every two that were swapped.
 *
 * @module
 */

const PAYLOADS = 10_000_000;

/** Damm's quasigroup of order 10, row by row. */
const DAMM =
  "0317598642709215486342068713591750983426612304597836742095815869720134894536201794386172052581436790";

/** A random number. */
export function newNumber(): string {
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
  const payload = String(random % PAYLOADS).padStart(7, "0");
  return payload + checkDigitOf(payload);
}

/** Whether a rental or a person may have that number; one that was mistyped is none. */
export function isNumber(text: string): boolean {
  return /^\d{8}$/.test(text) && checkDigitOf(text) === 0;
}

/** The check digit of these digits; 0 where the last of them is one, and right. */
function checkDigitOf(digits: string): number {
  return [...digits].reduce((interim, digit) => Number(DAMM[interim * 10 + Number(digit)]), 0);
}

/**
 * Numbers of rentals: seven random digits, so that a number tells nothing, and a check digit after Damm, which finds
 * every digit that is wrong and every two that were swapped.
 *
 * @module
 */
import type { RentalTable, Tables } from "../../db/mod.ts";
import { changeRental, insertRental, releaseNumber, rentalByNumber } from "../../db/queries/rentals.ts";
import { RENTAL } from "../../lib/limits.ts";

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

/** Whether a rental may have that number; one that was mistyped is none. */
export function isNumber(text: string): boolean {
  return /^\d{8}$/.test(text) && checkDigitOf(text) === 0;
}

/** Adds the rental under a number that no other has; without one where none is found, so that people can store. */
export async function insertNumbered(trx: Tables, rental: RentalTable, now: number): Promise<RentalTable> {
  for (let tries = 0; tries < RENTAL.numberTries; tries++) {
    const numbered = { ...rental, number: newNumber() };
    if (await insertRental(trx, numbered)) return numbered;
    await releaseNumber(trx, numbered.number, now - RENTAL.numberKeptMs);
    if (await insertRental(trx, numbered)) return numbered;
  }
  await insertRental(trx, rental);
  return rental;
}

/** The rental with a number: the version before made some without. */
export async function withNumber(trx: Tables, rental: RentalTable): Promise<RentalTable> {
  for (let tries = 0; rental.number === null && tries < RENTAL.numberTries; tries++) {
    const number = newNumber();
    if (await rentalByNumber(trx, number)) continue;
    return await changeRental(trx, rental.id, { from: [rental.state], set: { number } }) ?? rental;
  }
  return rental;
}

/** The check digit of these digits; 0 where the last of them is one, and right. */
function checkDigitOf(digits: string): number {
  return [...digits].reduce((interim, digit) => Number(DAMM[interim * 10 + Number(digit)]), 0);
}

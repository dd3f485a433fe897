/**
 * Giving numbers to rentals.
 *
 * @module
 */
import { newNumber } from "../../lib/text/short_numbers.ts";
import type { RentalTable, Tables } from "../../db/mod.ts";
import { changeRental, insertRental, releaseNumber, rentalByNumber } from "../../db/queries/rentals.ts";
import { RENTAL } from "../../lib/limits.ts";

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

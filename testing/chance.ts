/**
 * Chance that can be played again. What the tests choose comes from the seed of the run; how fast the machine is, and
 * what the programs under test draw by themselves (ids, jitter), does not.
 *
 * @module
 */
import { seeded } from "./seeded.ts";

/** The variable in which a run's seed is given: `SEED=123 deno task test tests/boards`. */
export const SEED_VARIABLE = "SEED";
const SEEDS = 2 ** 32;

const given = Deno.env.get(SEED_VARIABLE);

/** The seed of this run: an integer of 32 bits. */
export const SEED = given === undefined ? newSeed() : parseSeed(given);
let isTold = given !== undefined;

/** Draws a seed. */
export function newSeed(): number {
  return Math.floor(Math.random() * SEEDS);
}

/** @throws {RangeError} if it is none */
export function parseSeed(text: string): number {
  const seed = Number(text);
  if (/^\d+$/.test(text) && seed < SEEDS) return seed;
  throw new RangeError(`Cannot take the seed ${text}: it has to be an integer from 0 to ${SEEDS - 1}`);
}

/** The run's seed for a library that draws by itself; it is printed where nobody has given it. */
export function runSeed(): number {
  if (!isTold) {
    Deno.stderr.writeSync(new TextEncoder().encode(`play it again with ${SEED_VARIABLE}=${SEED}\n`));
  }
  isTold = true;
  return SEED;
}

/**
 * A source of chance that depends on the run's seed and its name alone, not on what else was run before.
 *
 * @returns draws a number from 0 up to, but not including, 1
 */
export function chance(name: string): () => number {
  let hash = runSeed();
  for (const character of name) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return seeded(hash);
}

/** As many bytes, drawn from the source. */
export function bytesOf(random: () => number, length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, () => Math.floor(random() * 256));
}

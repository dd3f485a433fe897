/**
 * How much each test does, in the quick run and in the thorough one. Nothing else decides about it.
 *
 * @module
 */
import { type RunName, runName } from "../testing/test_run.ts";

/** The variable in which single sizes are given: `SIZES=siegeSeconds=300 deno task test:thorough tests/hardship`. */
const VARIABLE = "SIZES";

/** Each with its quick size and its thorough one. */
const SIZES = {
  /** Times that the program is killed under load. In a hundred lives each kind of write has met a kill. */
  kills: [3, 100],
  /** Seconds for which attackers besiege the program, three times. */
  siegeSeconds: [10, 30],
  /** Times that programs stand still, for 10 s each: ten times every way of tapping has met it often. */
  standstills: [2, 10],
  /** Lines that are cut without a word, 15 s each. Seven in nine went wrong before that was mended. */
  staleDoors: [1, 2],
  /** Taps that two isolates are asked for at once. */
  twiceAsked: [3, 10],
  /** Taps of 64 people on 256 cabinets. */
  loadTaps: [500, 2_000],
  /** Times that 200 people store at once in 24 cells. */
  rushes: [3, 50],
  /** Guesses of staff's passwords, ten of each address, but from 50 at most. A hash takes 0.4 s; five of each are hashed. */
  guesses: [40, 100],
  /** Times that a cabinet connects to either of two programs. */
  twinConnections: [200, 1_000],
  /** Requests at once through each engine of the router. */
  routerFlood: [1_000, 100_000],
  /** Requests through NATS while the address that they go to moves, and at once. */
  natsRequests: [1_000, 10_000],
  /** Turns of each of three isolates that want the same lock. */
  lockTurns: [3_334, 33_334],
  /** Random bytes into each board's decoder. */
  fuzzBytes: [200_000, 10_000_000],
  /** Spoilt frames into each board's decoder. */
  fuzzFrames: [20_000, 1_000_000],
  /** Cases of each property that all boards have. */
  boardCases: [50, 300],
  /** Cases of each property in which frames are cut: each is cut at every place. */
  cutCases: [4, 40],
  /** Cases of a reading whose beginning is a frame. */
  treacherousCases: [200, 2_000],
  /** Buses that answer late, each with delays of its own. */
  lateBuses: [60, 300],
  /** Requests with ids of another organization. */
  foreignIds: [1_000, 10_000],
  /** Random requests that the API's document allows, to all its operations in turn. */
  documentRequests: [150, 1_000],
  /** Pipelines of requests on a connection, cut into pieces. */
  pipelines: [60, 600],
} as const satisfies Record<string, readonly [quick: number, thorough: number]>;

type Name = keyof typeof SIZES;

/** The sizes of this run. */
export const SIZE: Readonly<Record<Name, number>> = sizesOf(runName, Deno.env.get(VARIABLE));

/**
 * The sizes of a run, and those that were given in place of its own.
 *
 * @param given such as `kills=10,standstills=3`
 * @throws {RangeError} if one of those is none
 */
export function sizesOf(run: RunName, given = ""): Record<Name, number> {
  const usual = Object.entries(SIZES).map((
    [name, [quick, thorough]],
  ) => [name, run === "quick" ? quick : thorough]);
  const sizes = Object.fromEntries(usual) as Record<Name, number>;
  for (const size of given.split(",").filter((size) => size !== "")) {
    const [, name = "", number] = /^(\w+)=([1-9]\d*)$/.exec(size) ?? [];
    if (!Object.hasOwn(SIZES, name)) {
      const names = Object.keys(SIZES).join(", ");
      throw new RangeError(`${VARIABLE}: "${size}" is not a size; say name=number with one of ${names}`);
    }
    sizes[name as Name] = Number(number);
  }
  return sizes;
}

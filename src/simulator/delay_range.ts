/** A time in ms: fixed, or whole ms drawn evenly from a range, bounds included, each time anew. */
export type DelayRange = number | readonly [minMs: number, maxMs: number];

/** Source of chance: a number from 0 up to, but not including, 1. `Math.random` is one. */
export type Random = () => number;

/** One time in ms from the range; serves for other numbers as well. */
export function draw(range: DelayRange, random: Random): number {
  if (typeof range === "number") return range;
  const [min, max] = range;
  return Math.floor(min + random() * (max - min + 1));
}

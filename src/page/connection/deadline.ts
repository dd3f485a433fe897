import type { Clock } from "./socket.ts";

/**
 * What the work comes to, if that is in time.
 *
 * @throws {Error} if it is not
 */
export function inTime<Result>(
  work: Promise<Result>,
  { clock, ms }: { clock: Pick<Clock, "after">; ms: number },
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const stop = clock.after(ms, () => reject(new Error(`Not done within ${ms} ms`)));
    work.then(resolve, reject).finally(stop);
  });
}

/**
 * Jobs at the same time, as far as the machine has places for them.
 *
 * @module
 */

/**
 * Runs jobs in their order, each as soon as there are places for it: a smaller one may go before a larger one that waits,
 * and one that takes all places runs alone.
 *
 * @param run runs one of them
 * @param signal no further one is started once it says so
 * @returns what `run` made of them, as they ended
 */
export async function runAll<J extends { readonly places: number }, T>(
  jobs: readonly J[],
  { places, run, signal }: { places: number; run: (job: J) => Promise<T>; signal: AbortSignal },
): Promise<T[]> {
  const waiting = [...jobs];
  const running = new Set<Promise<void>>();
  const results: T[] = [];
  let free = places;
  const placesOf = (job: J) => Math.min(job.places, places);
  const start = (job: J) => {
    free -= placesOf(job);
    const one: Promise<void> = run(job).then((result) => {
      results.push(result);
      free += placesOf(job);
      running.delete(one);
    });
    running.add(one);
  };
  while (waiting.length > 0 && !signal.aborted) {
    const index = waiting.findIndex((job) => placesOf(job) <= free);
    if (index < 0) await Promise.race(running);
    else waiting.splice(index, 1).forEach(start);
  }
  await Promise.all(running);
  return results;
}

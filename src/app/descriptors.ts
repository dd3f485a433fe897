/** A file that the program may read whatever its settings are: the permissions name `./src`. */
const FILE = new URL(import.meta.url);

/**
 * Counts the files and sockets that the process may still open, up to `max`. The runtime does not tell the limit
 * (`/proc/self/limits` needs all permissions), so files are opened until it is reached. That takes all of them, 0.2 s for 20,000: to be called while nothing
 * else runs, or with a small `max`.
 */
export function freeDescriptors(max: number): number {
  using opened = new DisposableStack();
  for (let count = 0; count < max; count++) {
    try {
      opened.use(Deno.openSync(FILE));
    } catch {
      return count;
    }
  }
  return max;
}

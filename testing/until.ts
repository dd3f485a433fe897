/**
 * Waiting with a deadline.
 *
 * @module
 */
/** Waits until `look` gives something; past the deadline the error tells what `saw` says. */
export async function until<T>(
  look: () => T | undefined | false | null | Promise<T | undefined | false | null>,
  { deadlineMs = 30_000, saw = () => "nothing" }: { deadlineMs?: number; saw?: () => unknown } = {},
): Promise<T> {
  const deadline = Date.now() + deadlineMs;
  while (true) {
    const found = await look();
    if (found !== undefined && found !== false && found !== null) return found;
    if (Date.now() > deadline) throw new Error(`Waited ${deadlineMs} ms in vain; saw ${Deno.inspect(saw())}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

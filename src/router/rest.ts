/** Waits for so long, or until it is to stop. */
export async function rest(ms: number, stop: AbortSignal): Promise<void> {
  if (stop.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const over = () => resolve();
  const timer = setTimeout(over, ms);
  stop.addEventListener("abort", over);
  await promise;
  clearTimeout(timer);
  // The signal lives longer than many rests.
  stop.removeEventListener("abort", over);
}

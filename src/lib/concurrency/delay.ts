/**
 * Resolves after so many milliseconds, or as soon as the signal is aborted. It never rejects: a caller that has to tell
 * the two apart looks at the signal.
 *
 * @param options.signal ends the wait early @default {undefined} nothing does
 */
export async function delay(ms: number, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
  if (signal?.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const over = () => resolve();
  const timer = setTimeout(over, ms);
  signal?.addEventListener("abort", over);
  await promise;
  clearTimeout(timer);
  // The signal may live longer than many waits.
  signal?.removeEventListener("abort", over);
}

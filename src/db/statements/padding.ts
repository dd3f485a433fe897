/** Repeats the last item until their number is a power of two, so that few different statements are prepared. */
export function padToPowerOfTwo<T>(group: readonly T[]): T[] {
  const all = [...group];
  const last = all.at(-1) as T;
  while ((all.length & (all.length - 1)) !== 0) all.push(last);
  return all;
}

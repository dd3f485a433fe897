/** The group filled up to a power of two with its last one, so that few different statements are prepared. */
export function padded<T>(group: readonly T[]): T[] {
  const all = [...group];
  const last = all.at(-1) as T;
  while ((all.length & (all.length - 1)) !== 0) all.push(last);
  return all;
}

const SIZES = [["GB", 1e9], ["MB", 1e6], ["kB", 1e3]] as const;
const SPANS = [["d", 86_400], ["h", 3_600], ["min", 60], ["s", 1]] as const;

const numbers = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

/** Such as `12,345.6`. */
export function number(value: number): string {
  return numbers.format(value);
}

/** Such as `1 rental` and `12,345 rentals`. */
export function counted(count: number, plural: string): string {
  return `${number(count)} ${count === 1 ? plural.slice(0, -1) : plural}`;
}

/** Such as `38 MB`, and `1.5 GB`. */
export function size(bytes: number): string {
  for (const [unit, factor] of SIZES) {
    if (bytes >= factor) {
      return `${number(bytes >= 10 * factor ? Math.round(bytes / factor) : bytes / factor)} ${unit}`;
    }
  }
  return `${bytes} B`;
}

/** The two largest units, such as `3 d 4 h` and `1 min 5 s`. */
export function span(seconds: number): string {
  const first = SPANS.findIndex(([, factor]) => seconds >= factor);
  if (first < 0) return "0 s";
  let left = seconds;
  const parts = SPANS.slice(first, first + 2).map(([unit, factor]) => {
    const count = Math.floor(left / factor);
    left -= count * factor;
    return count === 0 ? "" : `${count} ${unit}`;
  });
  return parts.filter(Boolean).join(" ");
}

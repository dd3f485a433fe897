/**
 * A strict parser of Prometheus' text format 0.0.4, for tests, written from its description: it also rejects what a
 * parser may accept but a program should not write.
 *
 * @module
 */

/** A sample: one line with a value. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric with its samples. */
export interface Family {
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly samples: Sample[];
}

const HELP = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) ((?:[^\\\n]|\\\\|\\n)+)$/;
const TYPE = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^\\"\n]|\\\\|\\"|\\n)*)"/;
const LABELS = new RegExp(`^${LABEL.source}(?:,${LABEL.source})*$`);
const NUMBER = /^(?:[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?|NaN|[+-]Inf)$/;

/**
 * Parses the whole text: for each metric its help, its type, then its samples, and no other line.
 *
 * @throws {SyntaxError} if a line does not conform
 */
export function parse(text: string): Map<string, Family> {
  if (!text.endsWith("\n")) throw new SyntaxError("The last line does not end");
  const families = new Map<string, Family>();
  const lines = text.slice(0, -1).split("\n").values();
  const seen = new Set<string>();
  let current: [name: string, family: Family] | undefined;
  for (const line of lines) {
    const [, name, help] = HELP.exec(line) ?? [];
    if (name !== undefined && help !== undefined) {
      if (families.has(name)) throw new SyntaxError(`${name} comes twice`);
      current = [name, { help, type: typeOf(name, lines.next().value ?? ""), samples: [] }];
      families.set(...current);
      continue;
    }
    const sample = sampleOf(line);
    if (!current || !isOf(sample.name, ...current)) throw new SyntaxError(`Out of its place: ${line}`);
    const key = `${sample.name} ${JSON.stringify(Object.entries(sample.labels).sort())}`;
    if (seen.has(key)) throw new SyntaxError(`Said twice: ${line}`);
    seen.add(key);
    current[1].samples.push(sample);
  }
  for (const [name, family] of families) if (family.type === "histogram") checkHistogram(name, family);
  return families;
}

function typeOf(name: string, line: string): Family["type"] {
  const [, named, type] = TYPE.exec(line) ?? [];
  if (named !== name) throw new SyntaxError(`${name} has no type: ${line}`);
  return type as Family["type"];
}

function sampleOf(line: string): Sample {
  const [, name, labels, number = ""] = SAMPLE.exec(line) ?? [];
  if (name === undefined || !NUMBER.test(number)) throw new SyntaxError(`No sample: ${line}`);
  return { name, labels: labels === undefined ? {} : labelsOf(labels), value: numberOf(number) };
}

function labelsOf(text: string): Record<string, string> {
  if (!LABELS.test(text)) throw new SyntaxError(`No labels: ${text}`);
  const pairs = [...text.matchAll(new RegExp(LABEL, "g"))].map(([, name = "", value = ""]) => [name, value]);
  const labels = Object.fromEntries(pairs) as Record<string, string>;
  if (Object.keys(labels).length < pairs.length) throw new SyntaxError(`A label twice: ${text}`);
  return labels;
}

function numberOf(text: string): number {
  return Number(text.replace("Inf", "Infinity"));
}

function isOf(sample: string, name: string, { type }: Family): boolean {
  if (type !== "histogram") return sample === name;
  return [`${name}_bucket`, `${name}_sum`, `${name}_count`].includes(sample);
}

/** Checks that bounds and counts of the buckets rise, and that the last bucket is +Inf and equals the count. */
function checkHistogram(name: string, { samples }: Family): void {
  const buckets = samples.filter((sample) => sample.name === `${name}_bucket`);
  const [sum, count] = samples.slice(buckets.length);
  if (sum?.name !== `${name}_sum` || count?.name !== `${name}_count`) {
    throw new SyntaxError(`${name} has no sum or count at its end`);
  }
  const bounds = buckets.map(({ labels }) => numberOf(labels["le"] ?? ""));
  const counts = buckets.map(({ value }) => value);
  const rises = bounds.every((bound, n) => n === 0 || bound > (bounds[n - 1] as number));
  const holds = counts.every((value, n) => n === 0 || value >= (counts[n - 1] as number));
  if (!rises || !holds || bounds.at(-1) !== Infinity || counts.at(-1) !== count.value) {
    throw new SyntaxError(`${name} is not a histogram`);
  }
}

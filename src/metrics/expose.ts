import { SLOT_LAYOUT } from "./layout.ts";
import { MetricsReader } from "./metrics_reader.ts";
import { definitionOf, METRIC_NAMES, type MetricName } from "./table.ts";

/** What every name begins with. */
export const PREFIX = "kaigui_";

/** All metrics in Prometheus' text format, version 0.0.4: sums over all slots, or each isolate's value where they are told apart. */
export function expose(memory: SharedArrayBuffer): string {
  const readings = new MetricsReader(memory);
  const lines = METRIC_NAMES.flatMap((name) => {
    const { kind, help } = definitionOf(name);
    return [
      `# HELP ${PREFIX}${name} ${help}`,
      `# TYPE ${PREFIX}${name} ${kind}`,
      ...samples(name, readings),
    ];
  });
  return `${lines.join("\n")}\n`;
}

function samples(name: MetricName, readings: MetricsReader): string[] {
  const { kind, label, isPerIsolate } = definitionOf(name);
  const { cell, labels } = SLOT_LAYOUT[name];
  if (kind === "histogram") return histogram(name, readings);
  if (isPerIsolate) return perIsolate(name, readings);
  if (!label || !labels) return [`${PREFIX}${name} ${readings.sum(cell)}`];
  return [...labels].map(([value, cell]) => `${PREFIX}${name}{${label[0]}="${value}"} ${readings.sum(cell)}`);
}

/** Of an isolate that is not up only that is shown, and its counters. */
function perIsolate(name: MetricName, readings: MetricsReader): string[] {
  const { cell } = SLOT_LAYOUT[name];
  const isKnown = (isolate: number) =>
    name === "isolate_up" || definitionOf(name).kind === "counter" ||
    readings.value("isolate_up", isolate) === 1;
  return Array.from({ length: readings.isolates }, (_, isolate) => isolate).filter(isKnown)
    .map((isolate) => `${PREFIX}${name}{isolate="${isolate}"} ${readings.at(cell, isolate)}`);
}

/** Prometheus' buckets are cumulative: each contains all that are below it. */
function histogram(name: MetricName, readings: MetricsReader): string[] {
  const { cells, buckets, sum } = SLOT_LAYOUT[name];
  let count = 0;
  const lines = cells.map((cell, n) => {
    count += readings.sum(cell);
    return `${PREFIX}${name}_bucket{le="${buckets[n] ?? "+Inf"}"} ${count}`;
  });
  return [...lines, `${PREFIX}${name}_sum ${readings.sum(sum)}`, `${PREFIX}${name}_count ${count}`];
}

/**
 * What the program counts: one table of metrics, shared memory in which each isolate writes its own, and the figures
 * read from it, as Prometheus' text and for people.
 *
 * @module
 */
export { collect } from "./collection.ts";
export { expose } from "./expose.ts";
export { Metrics } from "./metrics.ts";
export { Pulse, type PulseOptions } from "./pulse.ts";
export { type IsolateStatus, type ProgramStatus, programStatus } from "./status.ts";
export type { GaugeName, HistogramName, LabelledCounter, MetricName, PlainCounter } from "./table.ts";

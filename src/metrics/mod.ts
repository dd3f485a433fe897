/**
 * The program's metrics: one table of them, shared memory in which each isolate writes its values, and what is read from
 * it as Prometheus' text and for the operator's status.
 *
 * @module
 */
export { collect } from "./collection.ts";
export { expose } from "./expose.ts";
export { Metrics } from "./metrics.ts";
export { MetricsSampler, type MetricsSamplerOptions } from "./metrics_sampler.ts";
export { type IsolateStatus, type ProgramStatus, programStatus } from "./status.ts";
export type { GaugeName, HistogramName, LabelledCounter, MetricName, PlainCounter } from "./table.ts";

/**
 * Every metric, once: its name (without the prefix `kaigui_`), its kind, and its meaning. `docs/metrics.md` says what to
 * do about each.
 *
 * @module
 */
import { FINAL_STATES, REFUSAL_REASONS, UNCONFIRMED_REASONS } from "../cabinet/kinds.ts";

/** A count that only grows, also over restarts of an isolate. */
interface Counter {
  readonly kind: "counter";
}

/** A value as it is now. */
interface Gauge {
  readonly kind: "gauge";
}

/** Durations. */
interface Histogram {
  readonly kind: "histogram";
  /** Upper bounds in seconds, rising. A last bucket without a bound is added. */
  readonly buckets: readonly number[];
}

/** A metric's kind and meaning. */
export type Definition = (Counter | Gauge | Histogram) & {
  /** One sentence, with the unit. */
  readonly help: string;
  /** Whether each isolate has a value of its own. @default {false} values are summed */
  readonly isPerIsolate?: true;
  /** The name of its label and all of its values; any other value counts as `other`. @default none */
  readonly label?: readonly [name: string, values: readonly string[]];
};

/** All metrics, in the order in which they are exposed. */
export const METRICS = {
  devices_connected: { kind: "gauge", help: "Open device connections, registered or not." },
  devices_registered: { kind: "gauge", help: "Device connections that serve a cabinet." },
  device_accepted_total: { kind: "counter", help: "Device connections that were accepted." },
  device_accept_failures_total: {
    kind: "counter",
    help: "Times that no device connection could be accepted, as for want of file descriptors.",
  },
  registrations_total: { kind: "counter", help: "Devices that registered as a cabinet." },
  device_closed_total: {
    kind: "counter",
    help: "Device connections that ended, by reason.",
    label: ["reason", [
      "peer-closed",
      "failed",
      "write-failed",
      "overflow",
      "stalled",
      "not-registered-in-time",
      "unknown-registration",
      "too-long-registration",
      "database-unavailable",
      "silent",
      "displaced",
      "cabinet-changed",
      "already-connected",
      "crowded-out",
      "address-not-allowed",
      "unauthorized",
      "protocol-violated",
      "too-fast",
      "tls-failed",
      "no-proxy-header",
      "stopping",
      "too-many-connections",
    ]],
  },
  device_too_fast_total: {
    kind: "counter",
    help: "Times that a cabinet's device went on sending more than a serial bus can carry.",
  },
  http_connections: {
    kind: "gauge",
    help: "Connections to the HTTP port that are open, WebSockets among them.",
  },
  http_hung_up_total: {
    kind: "counter",
    help: "Connections to the HTTP port that the program closed, by reason.",
    label: ["reason", ["no-room", "made-room", "pipelined", "stalled", "unread", "too-fast"]],
  },
  sockets_open: {
    kind: "gauge",
    help: "WebSockets that are open: pages of people, and raw lines of the operator.",
  },
  commands_running: { kind: "gauge", help: "Commands that have not ended." },
  commands_total: { kind: "counter", help: "Commands that ended, by state.", label: ["state", FINAL_STATES] },
  commands_refused_total: {
    kind: "counter",
    help: "Commands that were refused without a byte sent to a lock, by reason.",
    label: ["reason", REFUSAL_REASONS],
  },
  commands_unconfirmed_total: {
    kind: "counter",
    help: "Commands that were sent without evidence whether the door opened, by reason.",
    label: ["reason", UNCONFIRMED_REASONS],
  },
  commands_settled_total: { kind: "counter", help: "Unconfirmed commands whose door was seen open later." },
  command_seconds: {
    kind: "histogram",
    help: "Seconds from a tap to its end on disk, of commands that were not refused.",
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15],
  },
  http_requests_total: {
    kind: "counter",
    help:
      "HTTP requests that were answered, by the class of the status; 1xx are WebSockets that were opened.",
    label: ["status", ["1xx", "2xx", "3xx", "4xx", "5xx"]],
  },
  refusals_total: {
    kind: "counter",
    help: "Requests with a wrong credential, by its kind; the log says why.",
    label: ["what", [
      "state",
      "code",
      "cookie",
      "origin",
      "push",
      "person",
      "token",
      "password",
      "second-factor",
      "link",
    ]],
  },
  wechat_failures_total: {
    kind: "counter",
    help: "Requests to WeChat that failed, by how.",
    label: ["kind", ["away", "busy", "refused", "code-invalid", "code-used", "not-following"]],
  },
  notices_total: {
    kind: "counter",
    help: "Tries to send a notice through WeChat, by outcome.",
    label: ["outcome", ["sent", "later", "dropped"]],
  },
  router_requests_total: {
    kind: "counter",
    help: "Requests to cabinets, by where their connection was.",
    label: ["way", ["here", "isolate", "machine"]],
  },
  router_unanswered_total: {
    kind: "counter",
    help: "Requests to cabinets without an answer, by how: no owner, surely not begun, perhaps done.",
    label: ["how", ["offline", "not-asked", "no-answer"]],
  },
  router_batches_total: { kind: "counter", help: "Batches of messages sent from isolate to isolate." },
  router_resent_total: {
    kind: "counter",
    help: "Batches sent again, since the other isolate did not acknowledge them.",
  },
  router_peers_lost_total: { kind: "counter", help: "Times that an isolate lost its link to another one." },
  router_peers: { kind: "gauge", help: "Other isolates that this one is linked to.", isPerIsolate: true },
  broker_connected: { kind: "gauge", help: "Isolates that are connected to the broker." },
  broker_away: { kind: "gauge", help: "Isolates that should be connected to the broker and are not." },
  broker_reconnects_total: { kind: "counter", help: "Times that an isolate connected to the broker again." },
  broker_peers: {
    kind: "gauge",
    help: "Isolates of other programs that this one has seen lately.",
    isPerIsolate: true,
  },
  database_write_seconds: {
    kind: "histogram",
    help: "Seconds from the request for a write until it is on disk.",
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  },
  database_write_failures_total: { kind: "counter", help: "Writes that failed." },
  database_waiting: { kind: "gauge", help: "Writes that are not on disk yet." },
  failures_total: {
    kind: "counter",
    help:
      "Failures that no caller waited for, by source: the database or the broker was unavailable, or the program has a mistake; unhandled: no code caught it.",
    label: ["kind", ["database", "broker", "program", "unhandled"]],
  },
  isolate_up: {
    kind: "gauge",
    help: "1 for an isolate that runs, 0 for one that does not.",
    isPerIsolate: true,
  },
  isolate_start_time_seconds: {
    kind: "gauge",
    help: "When the isolate started, in seconds since 1970.",
    isPerIsolate: true,
  },
  isolate_pulse_time_seconds: {
    kind: "gauge",
    help: "Time of the isolate's last heartbeat, in seconds since 1970.",
    isPerIsolate: true,
  },
  isolate_restarts_total: {
    kind: "counter",
    help: "Times that the isolate died and was started again.",
    isPerIsolate: true,
  },
  event_loop_lag_seconds: {
    kind: "gauge",
    help: "Longest block of the isolate's event loop within its last second, in seconds.",
    isPerIsolate: true,
  },
  event_loop_late_seconds_total: {
    kind: "counter",
    help: "Seconds that the isolate's event loop was blocked, in blocks of 50 ms or longer.",
    isPerIsolate: true,
  },
  heap_bytes: { kind: "gauge", help: "Bytes of the isolate's heap that are in use.", isPerIsolate: true },
  resident_memory_bytes: { kind: "gauge", help: "Bytes of memory that the whole program occupies." },
  start_time_seconds: { kind: "gauge", help: "When the program started, in seconds since 1970." },
} as const satisfies Readonly<Record<string, Definition>>;

type Table = typeof METRICS;

/** The name of a metric. */
export type MetricName = keyof Table;

type MetricsOfKind<Kind> = {
  [Name in MetricName]: Table[Name]["kind"] extends Kind ? Name : never;
}[MetricName];
type Labelled = { [Name in MetricName]: Table[Name] extends { label: unknown } ? Name : never }[MetricName];

/** A counter that has a label. */
export type LabelledCounter = MetricsOfKind<"counter"> & Labelled;
/** A counter that has none. */
export type PlainCounter = Exclude<MetricsOfKind<"counter">, Labelled>;
/** A gauge. */
export type GaugeName = MetricsOfKind<"gauge">;
/** A histogram. */
export type HistogramName = MetricsOfKind<"histogram">;

/** All names, in the order of the table. */
export const METRIC_NAMES = Object.keys(METRICS) as MetricName[];

/** The metric's definition, with its optional properties. */
export function definitionOf(name: MetricName): Definition {
  return METRICS[name];
}

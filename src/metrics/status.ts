import { MetricsReader } from "./metrics_reader.ts";

/** An isolate's heartbeat comes every second; an isolate without one for this long is stuck. */
const BEAT_MS = 1_000;
const STUCK_MS = 2_000;

/** The status of one isolate. */
export interface IsolateStatus {
  readonly isolate: number;
  readonly up: boolean;
  /** Milliseconds since 1970; `undefined` while it is not up. */
  readonly startedAt: number | undefined;
  readonly restarts: number;
  /** Open device connections, and those of them that serve a cabinet. */
  readonly connections: number;
  readonly devices: number;
  /** Open WebSockets. */
  readonly people: number;
  readonly commandsRunning: number;
  /** Commands that ended: in all, and per second over the last ten seconds. */
  readonly commands: number;
  readonly commandsPerSecond: number;
  readonly heapBytes: number;
  /** The longest block of the event loop within its last second; it grows while the isolate is stuck. */
  readonly lagMs: number;
}

/** The status of the program. */
export interface ProgramStatus {
  /** Milliseconds since 1970; `undefined`: not known. */
  readonly startedAt: number | undefined;
  readonly isolates: readonly IsolateStatus[];
  /** Commands that ended, by their state. */
  readonly commands: Readonly<Record<string, number>>;
  readonly failures: number;
  readonly residentBytes: number;
  /** The smallest number of other isolates that one of them is linked to. */
  readonly peers: number;
  /** Whether all isolates are connected to the broker, if there is one. */
  readonly broker: "none" | "connected" | "away";
}

/**
 * The status, from memory alone, so that it is available while the database is not.
 *
 * @param now milliseconds since 1970
 */
export function programStatus(memory: SharedArrayBuffer, now: number): ProgramStatus {
  const readings = new MetricsReader(memory);
  const isolates = Array.from({ length: readings.isolates }, (_, isolate) => isolate);
  const isUp = (isolate: number) => readings.value("isolate_up", isolate) === 1;
  const peers = isolates.filter(isUp).map((isolate) => readings.value("router_peers", isolate));
  return {
    startedAt: timeOf(readings.value("start_time_seconds")),
    isolates: isolates.map((isolate) => isolateStatus(readings, { isolate, now })),
    commands: readings.labelled("commands_total"),
    failures: readings.value("failures_total"),
    residentBytes: readings.value("resident_memory_bytes"),
    peers: peers.length > 0 ? Math.min(...peers) : 0,
    broker: brokerOf(readings),
  };
}

function isolateStatus(
  readings: MetricsReader,
  { isolate, now }: { isolate: number; now: number },
): IsolateStatus {
  const value = (name: Parameters<MetricsReader["value"]>[0]) => readings.value(name, isolate);
  const up = value("isolate_up") === 1;
  const silentMs = up ? now - value("isolate_pulse_time_seconds") * 1000 : 0;
  return {
    isolate,
    up,
    startedAt: up ? timeOf(value("isolate_start_time_seconds")) : undefined,
    restarts: value("isolate_restarts_total"),
    connections: value("devices_connected"),
    devices: value("devices_registered"),
    people: value("sockets_open"),
    commandsRunning: value("commands_running"),
    commands: value("commands_total"),
    commandsPerSecond: readings.commandsPerSecond(isolate),
    heapBytes: value("heap_bytes"),
    lagMs: silentMs >= STUCK_MS ? silentMs - BEAT_MS : value("event_loop_lag_seconds") * 1000,
  };
}

function brokerOf(readings: MetricsReader): ProgramStatus["broker"] {
  if (readings.value("broker_away") > 0) return "away";
  return readings.value("broker_connected") > 0 ? "connected" : "none";
}

/** 0: the time was never set. */
function timeOf(seconds: number): number | undefined {
  return seconds === 0 ? undefined : Math.round(seconds * 1000);
}

/**
 * How the program and each of its isolates are, for people. It is read from memory alone, so it can be told while the
 * database is away.
 *
 * @module
 */
import { Readings } from "./readings.ts";

/** An isolate beats every second; one that has not done so for this long is stuck. */
const BEAT_MS = 1_000;
const STUCK_MS = 2_000;

/** One isolate. */
export interface IsolateStatus {
  readonly isolate: number;
  readonly up: boolean;
  /** Milliseconds since 1970; `undefined` while it is not up. */
  readonly startedAt: number | undefined;
  readonly restarts: number;
  /** Device connections that are open, and those of them that serve a cabinet. */
  readonly connections: number;
  readonly devices: number;
  /** Pages that are connected. */
  readonly people: number;
  readonly commandsRunning: number;
  /** Commands that ended, in all and each second of the last ten. */
  readonly commands: number;
  readonly commandsPerSecond: number;
  readonly heapBytes: number;
  /** The longest that it kept all else waiting within its last second; longer and longer while it is stuck. */
  readonly lagMs: number;
}

/** The program. */
export interface ProgramStatus {
  /** Milliseconds since 1970; `undefined`: it does not say. */
  readonly startedAt: number | undefined;
  readonly isolates: readonly IsolateStatus[];
  /** Commands that ended, by how. */
  readonly commands: Readonly<Record<string, number>>;
  readonly failures: number;
  readonly residentBytes: number;
  /** How many others each isolate is linked to, at least. */
  readonly peers: number;
  /** Whether all isolates are connected to the broker, if there is one. */
  readonly broker: "none" | "connected" | "away";
}

/**
 * How the program is.
 *
 * @param now milliseconds since 1970
 */
export function programStatus(memory: SharedArrayBuffer, now: number): ProgramStatus {
  const readings = new Readings(memory);
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
  readings: Readings,
  { isolate, now }: { isolate: number; now: number },
): IsolateStatus {
  const value = (name: Parameters<Readings["value"]>[0]) => readings.value(name, isolate);
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

function brokerOf(readings: Readings): ProgramStatus["broker"] {
  if (readings.value("broker_away") > 0) return "away";
  return readings.value("broker_connected") > 0 ? "connected" : "none";
}

/** 0 is no time: nobody has said it. */
function timeOf(seconds: number): number | undefined {
  return seconds === 0 ? undefined : Math.round(seconds * 1000);
}

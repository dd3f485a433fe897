import { type Metrics, MetricsSampler, type MetricsSamplerOptions } from "../../metrics/mod.ts";

/** The parts of an isolate whose figures are noted. */
export interface Watched {
  readonly devices: {
    /** How many connections have come in since the start. */
    readonly accepted: number;
    readonly connections: ReadonlySet<{ readonly isRegistered: boolean }>;
  };
  /** The sockets that are open. */
  readonly sockets: ReadonlySet<unknown>;
  readonly server: { readonly connections: number };
  readonly commands: { readonly running: number };
  readonly writer: { readonly waiting: number };
  /** The other isolates of the program; `undefined`: there is only one. */
  readonly mesh: {
    readonly peers: number;
    readonly counts: { readonly batches: number; readonly resent: number; readonly lost: number };
  } | undefined;
  /** The other programs; `undefined`: there is no broker. */
  readonly uplink: { readonly connected: boolean; readonly peers: number } | undefined;
}

/** The clocks of a pulse, and what is told of its errors. */
export type Clocks = Pick<MetricsSamplerOptions, "failed" | "now" | "wallClock">;

/** The pulse of an isolate. */
export function isolatePulse(metrics: Metrics, watched: Watched, clocks: Clocks): MetricsSampler {
  const { devices, sockets, server, commands, writer, mesh, uplink } = watched;
  return new MetricsSampler(metrics, {
    ...clocks,
    gauges: {
      devices_connected: () => devices.connections.size,
      devices_registered: () => registered(devices.connections),
      http_connections: () => server.connections,
      sockets_open: () => sockets.size,
      commands_running: () => commands.running,
      database_waiting: () => writer.waiting,
      heap_bytes: () => Deno.memoryUsage().heapUsed,
      ...mesh ? { router_peers: () => mesh.peers } : {},
      ...uplink ? brokerGauges(uplink) : {},
    },
    counters: {
      device_accepted_total: () => devices.accepted,
      ...mesh ? meshCounters(mesh) : {},
      ...uplink ? { broker_reconnects_total: reconnects(uplink) } : {},
    },
  });
}

/** The pulse of the program as a whole, which runs in the supervisor. */
export function programPulse(metrics: Metrics, clocks: Clocks): MetricsSampler {
  metrics.set("start_time_seconds", clocks.wallClock() / 1000);
  return new MetricsSampler(metrics, {
    ...clocks,
    gauges: { resident_memory_bytes: () => Deno.memoryUsage().rss },
  });
}

function registered(connections: Watched["devices"]["connections"]): number {
  let count = 0;
  for (const { isRegistered } of connections) if (isRegistered) count++;
  return count;
}

function meshCounters(
  { counts }: NonNullable<Watched["mesh"]>,
): NonNullable<MetricsSamplerOptions["counters"]> {
  return {
    router_batches_total: () => counts.batches,
    router_resent_total: () => counts.resent,
    router_peers_lost_total: () => counts.lost,
  };
}

function brokerGauges(uplink: NonNullable<Watched["uplink"]>): NonNullable<MetricsSamplerOptions["gauges"]> {
  return {
    broker_connected: () => uplink.connected ? 1 : 0,
    broker_away: () => uplink.connected ? 0 : 1,
    broker_peers: () => uplink.peers,
  };
}

/** Counts connections after the first one: each look that finds it connected after one that did not. */
function reconnects(uplink: NonNullable<Watched["uplink"]>): () => number {
  let connections = 0;
  let wasConnected = false;
  return () => {
    if (uplink.connected && !wasConnected) connections++;
    wasConnected = uplink.connected;
    return Math.max(0, connections - 1);
  };
}

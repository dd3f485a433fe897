import { DEVICE, HTTP, ISOLATE, PERSON, PROCESS } from "../lib/limits.ts";
import type { ConnectionCounter } from "../lib/concurrency/shared_count.ts";

/** Thrown by {@linkcode capacityOf}; the message is for the operator. */
export class CapacityError extends Error {
  override name = "CapacityError";
}

/** How many connections the program takes, over all isolates, which share its descriptors. */
export interface Capacity {
  /** Devices and WebSockets together. */
  readonly lasting: number;
  /** Of these, devices. */
  readonly devices: number;
  /** Of these, WebSockets. */
  readonly sockets: number;
  /** Connections of HTTP that are not WebSockets: their peers are not identified, and they are over soon. */
  readonly passing: number;
  /**
   * Connections that the kernel holds for each isolate's HTTP until they are accepted. The runtime accepts all of them
   * before our code can refuse one, so descriptors are kept for twice as many.
   */
  readonly backlog: number;
}

/** What takes descriptors besides connections of people and devices. */
export interface OtherUse {
  readonly isolates: number;
  /** Connections of each isolate to its database. */
  readonly databaseConnections: number;
}

/**
 * Divides the descriptors up. Of lasting connections, devices leave a sixteenth to people, and people a quarter to devices.
 *
 * @param descriptors how many are free before anything is started
 * @throws {CapacityError} if they are too few
 */
export function capacityOf(descriptors: number, { isolates, databaseConnections }: OtherUse): Capacity {
  const backlog = between(16, Math.floor(descriptors / isolates / 64), 256);
  const kept = PROCESS.descriptorsKept + isolates * (ISOLATE.descriptors + databaseConnections + 2 * backlog);
  const connections = descriptors - kept;
  if (connections < PROCESS.connectionsMin) {
    const least = kept + PROCESS.connectionsMin;
    throw new CapacityError(
      `Cannot start: this process can open ${descriptors} files and sockets, and ${isolates} ` +
        `${isolates === 1 ? "isolate needs" : "isolates need"} ${least}; raise the limit (ulimit -n)`,
    );
  }
  const passing = between(32, Math.floor(connections / 8), 2 * HTTP.perAddressMax);
  const lasting = connections - passing;
  const devices = Math.min(lasting - Math.ceil(lasting / 16), DEVICE.connectionsMax);
  const sockets = Math.min(lasting - Math.ceil(lasting / 4), PERSON.socketsTotalMax);
  return { lasting, devices, sockets, passing, backlog };
}

/** How many connections of HTTP that are not WebSockets each isolate takes. */
export function passingOfIsolate({ passing }: Capacity, isolates: number): number {
  return Math.ceil(passing / isolates);
}

/** How many connections there are, over all isolates. */
export interface Occupancy {
  readonly devices: ConnectionCounter;
  readonly sockets: ConnectionCounter;
}

/** Whether the program takes one more device. */
export function hasRoomForDevice({ devices, lasting }: Capacity, open: Occupancy): boolean {
  return open.devices.total < devices && open.devices.total + open.sockets.total < lasting;
}

/** Whether the program takes one more WebSocket. */
export function hasRoomForSocket({ sockets, lasting }: Capacity, open: Occupancy): boolean {
  return open.sockets.total < sockets && open.devices.total + open.sockets.total < lasting;
}

function between(least: number, value: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

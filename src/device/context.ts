import type { PlainConn } from "./transport/proxied_conn.ts";
import type { DeviceTransport, UnknownDevice, UnknownDeviceReason } from "../cabinet/devices.ts";
import type { CabinetRouter } from "../cabinet/requests.ts";
import type { CabinetDirectory, DoorRecords } from "./cabinet.ts";
import type { TlsConn } from "./transport/tls_conn.ts";
import type { TimerWheel } from "../lib/concurrency/timer_wheel.ts";

/** A device's connection, plain or encrypted. */
export type DeviceConn = PlainConn | TlsConn;

/** Why a connection ended. */
export type CloseReason =
  | "peer-closed"
  /** Reading failed, as when the peer reset the connection, or an error of our own: see `error`. */
  | "failed"
  /** The TLS handshake failed, or the peer spoke something else. */
  | "tls-failed"
  /** A balancer did not say where the connection comes from. */
  | "no-proxy-header"
  | "write-failed"
  /** Too many bytes wait for a peer that does not read. */
  | "overflow"
  /** The peer took no bytes until the time of an open that waited for it was up. */
  | "stalled"
  | "not-registered-in-time"
  | "unknown-registration"
  | "too-long-registration"
  | "database-unavailable"
  | "silent"
  | "displaced"
  /** The device claimed a cabinet that has a live connection. */
  | "already-connected"
  /** The device was not identified yet, or not believed, and other connections needed the room. */
  | "crowded-out"
  /** The cabinet may not connect from this address. */
  | "address-not-allowed"
  /** A smart controller did not prove that it knows the secret. */
  | "unauthorized"
  /** A smart controller sent something that is not in the protocol. */
  | "protocol-violated"
  /** The device sent more than a serial bus can carry, for long. */
  | "too-fast"
  | "cabinet-changed"
  | "stopping";

/** What a connection did, for the log. */
export type DeviceReport =
  | { readonly type: "registered"; readonly cabinet: string; readonly peer: string }
  | {
    readonly type: "closed";
    readonly cabinet: string | undefined;
    readonly peer: string;
    readonly reason: CloseReason;
    /** The beginning of what an unregistered peer sent, in hex. */
    readonly said?: string;
    /** The cabinet that an unregistered peer claimed to be; a controller may claim any. */
    readonly claimed?: string;
    /** Why what the peer said names no cabinet, if it was looked up. */
    readonly unknown?: { readonly why: UnknownDeviceReason; readonly transport: DeviceTransport };
    readonly error?: unknown;
  }
  /** The device has sent more than a serial bus can carry for a while, and is now read at that speed. */
  | { readonly type: "too-fast"; readonly cabinet: string; readonly peer: string }
  | { readonly type: "accept-failed"; readonly error: unknown }
  | { readonly type: "too-many-connections"; readonly connections: number }
  /** So many connections named a cabinet and were not believed, the last one from that network. */
  | { readonly type: "flood"; readonly count: number; readonly network: string };

/** What all connections of a listener share. */
export interface DeviceContext {
  readonly cabinets: CabinetDirectory;
  readonly records: DoorRecords;
  readonly router: CabinetRouter;
  readonly wheel: TimerWheel;
  /** Whether so many devices connect at once that some have to wait. */
  readonly isCrowded: () => boolean;
  readonly report: (report: DeviceReport) => void;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
}

/** The unknown device whose connection the report says is closed; `undefined`: it is about something else. */
export function unknownDeviceIn(report: DeviceReport): UnknownDevice | undefined {
  if (report.type !== "closed" || !report.unknown) return undefined;
  const { said = "", peer, unknown } = report;
  return { said, ...unknown, address: peer.slice(0, peer.lastIndexOf(":")) };
}

/**
 * What all connections of a listener share, and the words in which they report.
 *
 * @module
 */
import type { PlainConn } from "./transport/proxied_conn.ts";
import type { CabinetRouter } from "../cabinet/requests.ts";
import type { CabinetDirectory, DoorRecords } from "./cabinet.ts";
import type { TlsConn } from "./transport/tls_conn.ts";
import type { TimerWheel } from "../lib/concurrency/timer_wheel.ts";

/** A device's connection, plain or encrypted. */
export type DeviceConn = PlainConn | TlsConn;

/** Why a connection ended. */
export type CloseReason =
  | "peer-closed"
  /** Reading failed, as when the peer reset the connection, or something of ours did: see the error. */
  | "failed"
  /** The two could not come to terms over TLS, or the peer spoke something else. */
  | "tls-failed"
  /** A balancer that is to say where the connection comes from did not. */
  | "no-proxy-header"
  | "write-failed"
  /** So much waits for the peer, which does not read. */
  | "overflow"
  /** The peer took nothing until an open that waited for it was over. */
  | "stalled"
  | "not-registered-in-time"
  | "unknown-registration"
  | "too-long-registration"
  | "database-unavailable"
  | "silent"
  | "displaced"
  /** It claimed a cabinet that has a connection which is alive. */
  | "already-connected"
  /** It had not said who it is, or was not believed, and others needed the room. */
  | "crowded-out"
  /** The cabinet may not connect from there. */
  | "address-not-allowed"
  /** A smart controller that could not prove that it knows the secret. */
  | "unauthorized"
  /** A smart controller that said what is not in the protocol. */
  | "protocol-violated"
  /** It sent more than a serial bus can carry, for long. */
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
    /** What an unregistered peer sent, the beginning of it, in hex. */
    readonly said?: string;
    /** The cabinet that an unregistered peer said or claimed to be; a controller's word may name any. */
    readonly claimed?: string;
    readonly error?: unknown;
  }
  /** It has sent more than a serial bus can carry for a while, and is read no faster than that. */
  | { readonly type: "too-fast"; readonly cabinet: string; readonly peer: string }
  | { readonly type: "accept-failed"; readonly error: unknown }
  | { readonly type: "too-many-connections"; readonly connections: number }
  /** So many connections said who they are and were not believed, the last one from that network. */
  | { readonly type: "flood"; readonly count: number; readonly network: string };

/** What every connection shares. */
export interface DeviceContext {
  readonly cabinets: CabinetDirectory;
  readonly records: DoorRecords;
  readonly router: CabinetRouter;
  readonly wheel: TimerWheel;
  /** Whether so many connect at once that some have to wait. */
  readonly isCrowded: () => boolean;
  readonly report: (report: DeviceReport) => void;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
}

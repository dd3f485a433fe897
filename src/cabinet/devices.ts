/**
 * Devices that no cabinet has.
 *
 * @module
 */

/** How a device connects. */
export const TRANSPORTS = ["tcp", "tls"] as const;
export type DeviceTransport = typeof TRANSPORTS[number];

/** Why what a device sends first names no cabinet: none has it, or several have a part of it. */
export const UNKNOWN_REASONS = ["no-cabinet", "several-cabinets"] as const;
export type UnknownDeviceReason = typeof UNKNOWN_REASONS[number];

/** A device that connected and is not a cabinet. */
export interface UnknownDevice {
  /** The beginning of what it sent first, in hex. */
  readonly said: string;
  readonly why: UnknownDeviceReason;
  readonly transport: DeviceTransport;
  readonly address: string;
}

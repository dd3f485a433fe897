/**
 * Devices: accepting their connections, learning who they are, and one bus for each.
 *
 * @module
 */
export {
  type CabinetDirectory,
  type ControllerCabinet,
  type DeviceCabinet,
  type DoorRecords,
  LockLayout,
  type Registration,
  type WiredCell,
} from "./cabinet.ts";
export {
  CertificateError,
  type CertificateFiles,
  type CertificateReport,
  checkCertificate,
  ReloadingCertificate,
} from "./transport/certificate.ts";
export { type DeviceReport, unknownDeviceIn } from "./context.ts";
export { mayFollowRegistration, registrationOffsets } from "./handshake/dtu_preamble.ts";
export { cabinetByPart, type CabinetOfPart } from "./handshake/registration_parts.ts";
export { DeviceListener } from "./server/listener.ts";
export { adviseOnUnknownDevice } from "./entrance/unknown_device_advice.ts";

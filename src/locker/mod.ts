/**
 * The domain: cabinets, cells, rentals, and the commands that open doors.
 *
 * @module
 */
export { type Actor, AuditLog } from "./audit_log.ts";
export type { Extension, ExtensionRefusal } from "./rentals/extension.ts";
export { OperatorActions, type RentalScope } from "./rentals/operator_actions.ts";
export type { StorageTap } from "./commands/tap_admission.ts";
export {
  type Cabinet,
  type CabinetCell,
  concernsDevice,
  contactOf,
  type Description,
  versionOf,
  viewOf,
} from "./cabinets/cabinet.ts";
export { cabinetOf, deviceDescriptionOf } from "./cabinets/rows.ts";
export { type CabinetBefore, CabinetCatalog } from "./cabinets/cabinet_catalog.ts";
export type { CabinetStatus, ListedCabinet } from "./cabinets/cabinet_status.ts";
export { isWithinScope, scopeMistake } from "./cabinets/scope.ts";
export { BulkJobs, type BulkRequest, type NewBulkJob, TooManyJobsError } from "./bulk/bulk_jobs.ts";
export { BulkParts, type StillMay } from "./bulk/bulk_parts.ts";
export { BulkRunner } from "./bulk/bulk_runner.ts";
export { MaintenanceJobs } from "./maintenance/maintenance_jobs.ts";
export { PickupCodes } from "./codes/pickup_codes.ts";
export { type CommandReport, Commands } from "./commands/commands.ts";
export { ControllerSecrets } from "./cabinets/controller_secrets.ts";
export { UnknownDeviceLog } from "./devices/unknown_devices.ts";
export { DoorAlarms } from "./doors/door_alarms.ts";
export { DoorLog } from "./doors/door_log.ts";
export {
  ConflictError,
  HeldError,
  IdTakenError,
  RegistrationTakenError,
  SecretMissingError,
  TooManyTapsError,
  UnavailableError,
  UnknownCellError,
} from "./errors.ts";
export { Journal } from "./journal.ts";
export { type Lease, Leases } from "./leases.ts";
export { NoticeError, type NoticeSender, type NoticeToSend } from "./notices/notice_sender.ts";
export { Notices, type WantedNotices } from "./notices/notices.ts";
export { SingleUseKeys } from "./people/single_use_keys.ts";
export { NoticeOutbox, type NoticeReport } from "./notices/notice_outbox.ts";
export { People, type Person } from "./people/people.ts";
export { type Grant, Permits } from "./cabinets/permits.ts";
export { Recovery } from "./commands/recovery.ts";
export { Rentals } from "./rentals/rentals.ts";
export { eventsKeptMs, keptDaysFrom } from "./maintenance/retention.ts";
export { Returns } from "./rentals/returns.ts";
export type { CommandStep, RequestedTap, Result } from "./commands/taps.ts";
export { RentalRecovery } from "./rentals/rental_recovery.ts";

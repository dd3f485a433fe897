/**
 * The domain: cabinets, cells, rentals, and the commands that open doors.
 *
 * @module
 */
export { type Actor, type AuditedAction, AuditLog } from "./audit_log.ts";
export { OperatorActions, type RentalScope } from "./rentals/operator_actions.ts";
export type { StorageTap } from "./commands/tap_admission.ts";
export { type Cabinet, type Description, viewOf, type WiredCellRow } from "./cabinets/cabinet.ts";
export { cabinetOf, deviceDescriptionOf } from "./cabinets/rows.ts";
export { CABINET_ID } from "../cabinet/words.ts";
export { CabinetCatalog, type CabinetStatus } from "./cabinets/cabinet_catalog.ts";
export { rentalView } from "./changes.ts";
export { MaintenanceJobs } from "./maintenance/maintenance_jobs.ts";
export { PickupCodes } from "./codes/pickup_codes.ts";
export { type CommandReport, Commands, type CommandsOptions } from "./commands/commands.ts";
export { ControllerSecrets } from "./cabinets/controller_secrets.ts";
export { DoorAlarms } from "./doors/door_alarms.ts";
export { DoorLog } from "./doors/door_log.ts";
export {
  ConflictError,
  HeldError,
  RegistrationTakenError,
  SecretMissingError,
  TooManyTapsError,
  UnavailableError,
  UnknownCellError,
} from "./errors.ts";
export { Journal } from "./journal.ts";
export type { CommandOutcome } from "./rentals/outcomes.ts";
export {
  NoticeError,
  type NoticeErrorKind,
  type NoticeSender,
  type NoticeToSend,
} from "./notices/notice_sender.ts";
export { Notices, type WantedNotices } from "./notices/notices.ts";
export { SingleUseKeys } from "./people/single_use_keys.ts";
export { NoticeOutbox, type NoticeOutboxOptions, type NoticeReport } from "./notices/notice_outbox.ts";
export { People, type Person } from "./people/people.ts";
export { type Grant, Permits } from "./cabinets/permits.ts";
export { Recovery } from "./commands/recovery.ts";
export { type KeepResult, Rentals } from "./rentals/rentals.ts";
export { isNumber } from "./codes/rental_numbers.ts";
export { keptDaysFrom } from "./maintenance/retention.ts";
export { Returns } from "./rentals/returns.ts";
export type { CommandStep, OpenTap, RequestedTap, Result } from "./commands/taps.ts";
export { DEFAULT_RULES, type Rules } from "../cabinet/rules.ts";
export type {
  CabinetView,
  CellView,
  LayoutPlace,
  Mode,
  PermitView,
  RentalView,
  WallLayout,
} from "../cabinet/types.ts";
export { type RecoveryClaim, type RecoveryResult, RentalRecovery } from "./rentals/rental_recovery.ts";

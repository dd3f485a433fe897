/**
 * The domain: cabinets, cells, rentals, and the commands that open doors.
 *
 * @module
 */
export { type Acting, ActLog, type Deed } from "./act_log.ts";
export { Acts, type CellAct } from "./acts.ts";
export type { StorageTap } from "./beginnings.ts";
export {
  type Cabinet,
  CABINET_ID,
  cabinetOf,
  type Cell,
  type Description,
  type Heartbeat,
  viewOf,
} from "./cabinet.ts";
export { Cabinets, type CabinetStatus } from "./cabinets.ts";
export { rentalView } from "./changes.ts";
export { Chores } from "./chores.ts";
export { Codes } from "./codes.ts";
export { type CommandReport, Commands, type CommandsOptions } from "./commands.ts";
export { ControllerSecrets } from "./controller_secrets.ts";
export { DoorAlarms } from "./door_alarms.ts";
export { DoorLog } from "./door_log.ts";
export {
  ConflictError,
  HeldError,
  RegistrationTakenError,
  SecretMissingError,
  TooManyTapsError,
  UnavailableError,
  UnknownCellError,
} from "./errors.ts";
export { Journal, type Outcome } from "./journal.ts";
export { NoticeError, type NoticeErrorKind, type NoticeSender, type NoticeToSend } from "./notice_sender.ts";
export { Notices, type WantedNotices } from "./notices.ts";
export { OnceOnly } from "./once_only.ts";
export { type NoticeReport, Outbox, type OutboxOptions } from "./outbox.ts";
export { People, type Person } from "./people.ts";
export { type Grant, Permits } from "./permits.ts";
export { Recovery } from "./recovery.ts";
export { type Kept, Rentals } from "./rentals.ts";
export { isNumber } from "./rental_numbers.ts";
export { EVENT_KINDS, keptDaysFrom } from "./retention.ts";
export { Returns } from "./returns.ts";
export { NO_TAPS_ELSEWHERE, type TapsElsewhere } from "./tap_counts.ts";
export type { OpenTap, Result, Step, Tap } from "./taps.ts";
export { DEFAULT_RULES, type Rules } from "./rules.ts";
export type {
  CabinetView,
  CellState,
  CellView,
  CommandKind,
  CommandState,
  Door,
  Layout,
  LayoutPlace,
  Mode,
  NoticeKind,
  PermitView,
  Reason,
  RentalView,
} from "./types.ts";
export { type Claim, type Claimed, WaysBack } from "./ways_back.ts";

/**
 * The words that are stored, told and asked for by name: each list stands here once, and types the database, the domain
 * and the API. A word that is not in its list does not compile; who adds one is shown by the compiler, or by a test of the
 * documents, what else it needs.
 *
 * A row may have a word of a newer version, which runs beside this one during an upgrade. What reads rows passes such a
 * word on, or leaves the row alone.
 *
 * @module
 */

/** What people want with a tap. */
export const COMMAND_KINDS = ["open", "store", "reopen", "retrieve", "pickup"] as const;
export type CommandKind = typeof COMMAND_KINDS[number];

/** Where a command stands while it is not over. */
export const UNFINISHED_STATES = ["requested", "sent"] as const;

/** How a command ends. */
export const FINAL_STATES = ["opened", "accepted", "failed", "unconfirmed", "refused"] as const;
export type FinalState = typeof FINAL_STATES[number];

/** Where a command stands. */
export const COMMAND_STATES = [...UNFINISHED_STATES, ...FINAL_STATES] as const;
export type CommandState = typeof COMMAND_STATES[number];

/** Why a command was refused, without a byte sent. */
export const REFUSAL_REASONS = [
  "offline",
  /** The cabinet has too much to do, or this person has. */
  "busy",
  /** Its time passed before it could be sent. */
  "expired",
  "forbidden",
  /** The cell is out of use. */
  "disabled",
  /** The cabinet's board cannot do it. */
  "unsupported",
  /** The service restarts. */
  "stopping",
  /** The database, or the way to the program that has the cabinet's connection, does not answer. */
  "unavailable",
  /** No cell of that size is free. */
  "full",
  /** The person has as many cells as the cabinet's rules allow. */
  "limit",
  /** The rental has ended. */
  "over",
  /** The rental's time is up, and the operator has to act. */
  "overdue",
  /** There is no such code, or it was used, or its time is up. */
  "wrong-code",
  /** Too many codes were wrong; later again. */
  "blocked",
] as const;
export type RefusalReason = typeof REFUSAL_REASONS[number];

/** Why a command failed. */
export const FAILURE_REASONS = [
  /** The board says that the lock stayed shut. */
  "did-not-open",
] as const;
export type FailureReason = typeof FAILURE_REASONS[number];

/** Why it is not known whether a command opened its door. */
export const UNCONFIRMED_REASONS = [
  /** The board never answered. */
  "no-reply",
  /** It answered, and the door was not seen open. */
  "not-seen",
  /** The connection broke meanwhile. */
  "link-lost",
  /** The service died meanwhile. */
  "restarted",
] as const;
export type UnconfirmedReason = typeof UNCONFIRMED_REASONS[number];

/** Why a command ended as it did. */
export const REASONS = [...REFUSAL_REASONS, ...FAILURE_REASONS, ...UNCONFIRMED_REASONS] as const;
export type Reason = typeof REASONS[number];

/** Whether a cell may be used, as the operator and its lock leave it. */
export const CELL_CONDITIONS = ["free", "disabled", "faulty"] as const;
export type CellCondition = typeof CELL_CONDITIONS[number];

/** Whether a cell may be used, as people see it: a free one that has a rental is `held`. */
export const CELL_STATES = ["free", "held", "disabled", "faulty"] as const;
export type CellState = typeof CELL_STATES[number];

/** How a rental is as people see it: `returning` is given back once the door is closed. */
export const RENTAL_STATES = ["held", "returning", "ended"] as const;

/** How a rental is as it is stored: `opening` until its door is known to have opened, or may have. */
export const STORED_RENTAL_STATES = ["opening", ...RENTAL_STATES] as const;
export type RentalState = typeof STORED_RENTAL_STATES[number];

/** Why a rental ended. `moved`: it is another person's now. */
export const RENTAL_ENDS = ["retrieved", "picked-up", "operator", "moved"] as const;
export type RentalEnd = typeof RENTAL_ENDS[number];

/** Where people come from: WeChat vouches for those of `wechat`; a `guest` is known by the session alone. */
export const PERSON_KINDS = ["guest", "wechat"] as const;
export type PersonKind = typeof PERSON_KINDS[number];

/** What people are told outside of the page. */
export const NOTICE_KINDS = ["stored", "overdue", "picked-up", "extended"] as const;
export type NoticeKind = typeof NOTICE_KINDS[number];

/** Whether a notice was sent. */
export const NOTICE_STATES = ["waiting", "sent", "dropped"] as const;
export type NoticeState = typeof NOTICE_STATES[number];

/** What happens to rentals, codes, doors and alarms. `docs/api.md` explains each, `locker/maintenance/retention.ts` says how long each is kept. */
export const EVENT_KINDS = [
  "stored",
  "ended",
  "kept",
  "moved",
  "shared",
  "code-used",
  "reminder",
  "overdue",
  "extended",
  "door-opened",
  "door-closed",
  "events-lost",
  "alarm-raised",
  "alarm-ended",
] as const;
export type EventKind = typeof EVENT_KINDS[number];

/** What the operator has to look after. `docs/boards.md` explains each. */
export const ALARM_KINDS = [
  "left-open",
  "opened-without-command",
  "did-not-open",
  "offline",
  "never-connected",
  "second-connection",
  "contact-flutters",
  "device-too-fast",
  "unknown-registrations",
  "wrong-codes",
  "wrong-tokens",
  "wrong-passwords",
] as const;
export type AlarmKind = typeof ALARM_KINDS[number];

/** Whether an alarm's condition lasts. */
export const ALARM_STATES = ["active", "ended"] as const;
export type AlarmState = typeof ALARM_STATES[number];

/** What the operator may do to a cell: `clean` says that what was wrong with it is mended. */
export const CELL_ACTIONS = ["disable", "enable", "clean"] as const;
export type CellAction = typeof CELL_ACTIONS[number];

/** What one bulk job does to many cells, or to many cabinets. */
export const BULK_ACTS = [...CELL_ACTIONS, "tag", "untag", "rules", "remove"] as const;
export type BulkAct = typeof BULK_ACTS[number];

/** Where a bulk job stands. `stopped`: who started it may not do it any more. */
export const BULK_STATES = ["running", "done", "cancelled", "stopped"] as const;
export type BulkState = typeof BULK_STATES[number];

/** What came of one target of a bulk job. `unchanged`: it was so already. */
export const BULK_RESULTS = ["done", "unchanged", "refused"] as const;
export type BulkResult = typeof BULK_RESULTS[number];

/** What the audit log notes. */
export const AUDIT_ACTIONS = [
  ...CELL_ACTIONS,
  "put",
  "patch",
  "delete",
  "raw-line",
  /** A file of cabinets; what it makes or changes is noted as `put`, too. */
  "import",
  "open",
  /** Cells were opened one after the other to see whether their locks and switches are right. */
  "test",
  /** All cells were opened in an emergency. */
  "open-all",
  "clear",
  "end-rental",
  "extend",
  "grant",
  "revoke",
  "sign-out",
  "remove-person",
  "copy-person",
  /** Something was refused to a member of staff or a token for want of a permission. */
  "refused",
  "log-in",
  "change-password",
  "set-second-factor",
  "remove-second-factor",
  "join",
  "invite",
  "revoke-invitation",
  "change-member",
  "remove-member",
  "log-out-member",
  "reset-account",
  "create-token",
  "revoke-token",
  "create-organization",
  "change-organization",
  /** A bulk job was started; what it does to each cabinet or cell is noted, too, with the job. */
  "start-job",
  "cancel-job",
] as const;
export type AuditAction = typeof AUDIT_ACTIONS[number];

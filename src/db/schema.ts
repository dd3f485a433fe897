/**
 * The types of the tables, which `migrations/` creates. Times are milliseconds since 1970 in UTC, flags are 0 or 1, bytes
 * are lower-case hex, on SQLite and Postgres alike.
 *
 * @module
 */
import type { ColumnType, Generated, Kysely } from "kysely";
import type { SensedDoor } from "../cabinet/doors.ts";
import type { DeviceTransport, UnknownDeviceReason } from "../cabinet/devices.ts";
import type {
  AlarmKind,
  AuditAction,
  BulkAct,
  BulkResult,
  BulkState,
  CellCondition,
  CommandKind,
  CommandState,
  EventKind,
  NoticeKind,
  NoticeState,
  PersonKind,
  Reason,
  RentalEnd,
  RentalState,
} from "../cabinet/kinds.ts";
import type { InvitationKind, Role } from "../cabinet/roles.ts";

/**
 * A table whose rows belong to an organization: that of their cabinet, and the first one (`FIRST_ORGANIZATION`) where
 * they are about no cabinet. It never changes.
 */
type Owned<Row> = Row & { organization: ColumnType<string, string, never> };

/** Every table by its name. */
export interface Schema {
  organizations: OrganizationTable;
  cabinets:
    & Owned<Omit<CabinetTable, "organization" | OnlineColumn>>
    & Record<OnlineColumn, Generated<number>>;
  cabinet_tags: Owned<CabinetTagTable>;
  cabinet_search: Owned<Omit<CabinetSearchTable, "organization">>;
  cells: Owned<CellTable>;
  people: PersonTable;
  visits: VisitTable;
  commands: Owned<CommandTable>;
  rentals: Owned<RentalTable>;
  codes: CodeTable;
  code_tries: CodeTriesTable;
  permits: Owned<PermitTable>;
  events: Owned<Omit<EventTable, "seq">> & { seq: Generated<number> };
  alarms: Owned<AlarmTable>;
  acts: Owned<Omit<ActTable, "organization">>;
  bulk_jobs: Owned<Omit<BulkJobTable, "organization">>;
  bulk_targets: Owned<Omit<BulkTargetsTable, "organization">>;
  bulk_parts: Owned<Omit<BulkPartTable, "organization">>;
  accounts: AccountTable;
  recovery_codes: RecoveryCodeTable;
  memberships: MembershipTable;
  invitations: InvitationTable;
  staff_sessions: StaffSessionTable;
  staff_tokens: StaffTokenTable;
  epochs: EpochTable;
  identities: IdentityTable;
  used: UsedTable;
  tokens: TokenTable;
  leases: LeaseTable;
  notices: NoticeTable;
  unknown_devices: UnknownDeviceTable;
}

/** A company or a group that runs cabinets. */
export interface OrganizationTable {
  id: string;
  /** Empty: the first organization, until it is given a name. */
  name: string;
  /** The language in which it is addressed: `zh` or `en`. */
  language: string;
  /** IANA name, such as `Asia/Shanghai`. */
  time_zone: string;
  /** JSON of its contact, which a cabinet without one of its own shows; `null`: none. */
  contact: string | null;
  /** JSON list of the roles that need a second factor. */
  second_factor_roles: string;
  created_at: number;
}

/** A cabinet on a wall. */
export interface CabinetTable {
  id: string;
  organization: string;
  name: string;
  /** Family of its lock boards. */
  board: string;
  /** What its DTU sends first; `null`: nothing does that is the same each time. */
  registration: string | null;
  /** A part of what its DTU sends first, where `registration` is `null`; `null`: none. */
  part: string | null;
  /** The byte where it begins; `null`: anywhere. */
  part_at: number | null;
  /** By what it is found: see `cabinet/registration/registration_part.ts`. */
  part_key: string | null;
  /** How many bytes it has; `null`: it is text. */
  part_bytes: number | null;
  heartbeat: string | null;
  /** Whether the DTU expects its heartbeat to be echoed. */
  heartbeat_echo: number;
  /** Whether the serial adapter echoes what is sent through it. */
  local_echo: number;
  wiring: string;
  mode: string;
  /**
   * JSON list of `[cell, board, channel]`, as in the table of cells: so a registration reads one row, however many cells
   * the cabinet has.
   */
  locks: string;
  /**
   * JSON of what SQL never compares of its description; `null`: only the version before has described it. What that
   * version has columns for is in them, too, and newer there; see `locker/cabinets/rows.ts`.
   */
  description: string | null;
  /** JSON of the rules for rentals. */
  rules: string;
  /** JSON of the arrangement of its doors on the wall; `null`: not given. */
  layout: string | null;
  /** The time between two heartbeats; `null`: not given. */
  heartbeat_ms: number | null;
  /** JSON list of addresses and networks that its device may connect from; `null`: any. */
  addresses: string | null;
  /** A smart controller's secret in plain text, as the version before writes it; newer than the sealed one. */
  secret: string | null;
  /** The secret, encrypted for this cabinet. */
  sealed_secret: string | null;
  /** How long a door may stay open before an alarm is raised; `null`: without limit. */
  left_open_ms: number | null;
  /** How long the cabinet may be offline before an alarm is raised; `null`: without limit. */
  offline_ms: number | null;
  created_at: number;
  updated_at: number;
  last_seen_at: number | null;
  /** Since when it has no connection; `null`: it has one, or has never had one. */
  offline_since: number | null;
  /** Whether it has a connection: as its owner said last, and noted as 0 where its owner died. */
  online: number;
  /** Since when that is so; 0: it never had one, or not since there is this column. */
  online_at: number;
  /** The epoch of the owner that said it: an older one has no say any more. */
  online_epoch: number;
  /** Since when a device is awaited that replaces another one; `null`: it has connected, or replaces none. */
  awaited_since: number | null;
  /** The id of the smart controller's event log, and the number of its last event that is stored. */
  event_log: string | null;
  event_seq: number;
}

/** What a cabinet's owner says of its connection. */
type OnlineColumn = "online" | "online_at" | "online_epoch";

/** What a cabinet is searched by. */
export interface CabinetSearchTable {
  organization: string;
  cabinet: string;
  /** Lines in lower case: its id, its name, where it stands, whom people ask for help. */
  words: string;
  /** The `updated_at` of the description that they are of; 0: they lack some. */
  described_at: number;
}

/** What a device sent first that is not a cabinet's. It belongs to no organization. */
export interface UnknownDeviceTable {
  id: string;
  /** The beginning of the first line; unique. */
  said: string;
  why: UnknownDeviceReason;
  transport: DeviceTransport;
  /** Where it connected from last. */
  address: string;
  network: string;
  /** How often it came, at least. */
  count: number;
  first_at: number;
  last_at: number;
}

/** A tag of a cabinet. The description of the cabinet has it too. */
export interface CabinetTagTable {
  cabinet: string;
  tag: string;
}

/** A person has been at cabinets of an organization. */
export interface VisitTable {
  organization: string;
  person: string;
  since: number;
  /** Since when the organization wants the person removed, which happens when they have no rental there any more. */
  leaving_at: number | null;
}

/** A cell, and the board and channel of its lock. */
export interface CellTable {
  cabinet: string;
  cell: number;
  board: number;
  channel: number;
  size: string;
  /** Whether it may be used, rented or not. */
  state: CellCondition;
  /** The rental that has it; `null`: none. */
  rental: string | null;
  /** The rental before: its person may open again for a while. */
  last_rental: string | null;
  /** When it was last freed; the cell that has been free longest is assigned first. */
  freed_at: number;
  /** Where its door was last seen; `null`: never. */
  door: SensedDoor | null;
  /** Since when the door is there. */
  door_at: number | null;
  /** The command that opened it; `null`: none did. */
  door_command: string | null;
  /** As of when that is known: the owner's epoch, and how many reports about the cabinet it had sent by then. */
  door_epoch: number | null;
  door_count: number | null;
}

/** A person who opens doors. */
export interface PersonTable {
  id: string;
  /**
   * Eight digits that people read out, unique among people; `null` where the version before added the person, or all
   * numbers that were tried were taken: given later then.
   */
  number: string | null;
  kind: PersonKind;
  /** Empty: not given. */
  name: string;
  /** URL of a picture. */
  picture: string | null;
  created_at: number;
  /** Sessions that began before this are over. */
  sessions_from: number;
  /** Since when the person is to be removed, which happens when they have no rental any more. */
  leaving_at: number | null;
}

/** A person's identity in WeChat. */
export interface IdentityTable {
  /** The id of the WeChat app. Empty: all apps of one owner; the openid is the unionid then. */
  app: string;
  openid: string;
  person: string;
  created_at: number;
}

/** A key that may be used once, and was used. */
export interface UsedTable {
  key: string;
  /** From then on it would be refused for its age. */
  until: number;
  /** Until then an outcome may be recorded; `null`: only the use itself is recorded. */
  held_until: number | null;
  /** The outcome; empty: it had no result; `null`: not known, or not recorded. */
  outcome: string | null;
}

/** A token of another server, which all programs of a fleet share. */
export interface TokenTable {
  name: string;
  /** `null`: none was fetched yet. */
  value: string | null;
  until: number;
  /** Until then one program has the right to fetch a new one. */
  leased_until: number;
}

/** Who does what is done by one isolate of the fleet at a time. */
export interface LeaseTable {
  /** What is done. */
  name: string;
  /** UUID, drawn for each lease. */
  holder: string;
  /** From then on another holder may take it. */
  until: number;
}

/** A notice to a person outside of the page: the outbox. */
export interface NoticeTable {
  /** UUID, by which WeChat recognizes duplicates. */
  id: string;
  kind: NoticeKind;
  person: string;
  cabinet: string;
  cell: number;
  rental: string;
  /** The pickup code in it, by the id of its row. */
  code: string | null;
  at: number;
  state: NoticeState;
  tries: number;
  /** When it is tried next; during a try, when another program may try it. */
  next_at: number;
  /** When the first try began whose result is not known. */
  unsure_since: number | null;
  finished_at: number | null;
  /** Why it was dropped, or is tried again. */
  problem: string | null;
}

/** The command journal. Rows outlive their cabinet and their person. */
export interface CommandTable {
  /** The tap's UUID. */
  id: string;
  cabinet: string;
  cell: number;
  command: CommandKind;
  state: CommandState;
  reason: Reason | null;
  /** `operator` or `person:<id>`. */
  by: string;
  /** The operator's reason. */
  note: string | null;
  requested_at: number;
  sent_at: number | null;
  /** The cabinet's epoch in which it was sent; `null`: it was not sent, or by a version that did not record it. */
  sent_epoch: number | null;
  finished_at: number | null;
  /** The rental that it is about, where it is about one. */
  rental: string | null;
  /** The number of the isolate that inserted it; `null`: not recorded, or a rental's command. */
  origin: number | null;
}

/** A person's rental of a cell. */
export interface RentalTable {
  /** The id of the `store` that made it. */
  id: string;
  /**
   * Eight digits that people read out, unique in the service; `null` where the version before made the rental, or
   * where a newer rental needed the number.
   */
  number: string | null;
  /** Random; together with the service's secret it gives the code that moves the rental to another person; `null`: none. */
  way_back: string | null;
  cabinet: string;
  cell: number;
  person: string;
  /** The person who used the pickup code, and may take the things out too. */
  picker: string | null;
  /** 1 while a tap of the picker is under way. */
  collecting: number;
  state: RentalState;
  since: number;
  /** When it should be over; `null`: never. */
  until: number | null;
  /** When something is due next: a reminder, or that it is overdue. */
  due_at: number | null;
  overdue_at: number | null;
  ended_at: number | null;
  end_reason: RentalEnd | null;
  /** How many commands about it have begun. */
  opens: number;
}

/** A pickup code. */
export interface CodeTable {
  /** The id of the `share` that made it. */
  id: string;
  cabinet: string;
  rental: string;
  /** The person who made it. */
  person: string;
  /** Random; together with the service's secret it gives the code again. */
  nonce: string;
  /** Keyed hash of the code. */
  hash: string;
  created_at: number;
  until: number;
  used_at: number | null;
  used_by: string | null;
  void_at: number | null;
}

/** How many wrong codes a person, an address or a cabinet had lately. */
export interface CodeTriesTable {
  subject: string;
  wrong: number;
  since: number;
  blocked_until: number;
}

/** A person's right to open cells of a cabinet in mode `assigned`. */
export interface PermitTable {
  id: string;
  cabinet: string;
  person: string;
  /** JSON list of cells; `null`: all. */
  cells: string | null;
  valid_from: number;
  valid_until: number | null;
  created_at: number;
  revoked_at: number | null;
}

/** An event of the history. */
export interface EventTable {
  /** Numbers in the order of writing. On Postgres, events that are older than these numbers have 0 and below. */
  seq: number;
  /** UUID. The event that a command opened its door has the command's id, so it is written once. */
  id: string;
  at: number;
  kind: EventKind;
  cabinet: string;
  /** 0: the whole cabinet. */
  cell: number;
  person: string | null;
  rental: string | null;
  detail: string | null;
  /** The command that caused it, where it is about a door. */
  command: string | null;
  /** The alarm that it is about. */
  alarm: string | null;
}

/** A condition that needs the operator's attention; one at a time of the same kind, place and subject. */
export interface AlarmTable {
  id: string;
  kind: AlarmKind;
  /** Empty: it is about no cabinet. */
  cabinet: string;
  /** 0: the whole cabinet. */
  cell: number;
  /** What it is about beside the place; mostly empty. */
  subject: string;
  raised_at: number;
  /** When it ends by itself; `null`: when the condition ends. */
  until: number | null;
  ended_at: number | null;
  /** How often it has happened; `null`: not counted. */
  count: number | null;
}

/** An act of the operator or of staff, for the audit log. */
export interface ActTable {
  id: string;
  /** Of the account or token that acted, at the time. */
  organization: string;
  at: number;
  /** `operator` (the service's own token), `account:<id>` or `token:<id>`. */
  who: string;
  /** In which role; `null`: the service's own token, or by the version before. */
  role: Role | null;
  act: AuditAction;
  /** Empty: it was done to a person. */
  cabinet: string;
  /** 0: the whole cabinet. */
  cell: number;
  /** The rental, permit, command or person that it was about. */
  subject: string | null;
  reason: string | null;
  /** The client's address. */
  address: string;
  /** The bulk job that it is a part of; `null`: none. */
  job: string | null;
}

/** An act on many cabinets or cells. */
export interface BulkJobTable {
  id: string;
  /** Of the account or token that started it, at the time; so are the role, the tags, the reason and the address. */
  organization: string;
  /** `operator` (the service's own token), `account:<id>` or `token:<id>`. */
  who: string;
  /** `null`: the service's own token. */
  role: Role | null;
  /** JSON list: the scope of who started it; `null`: all cabinets. */
  tags: string | null;
  reason: string | null;
  address: string;
  act: BulkAct;
  /** JSON: what was asked for, as it was sent. */
  request: string;
  /** How many targets it has. */
  total: number;
  state: BulkState;
  /** Why it was stopped. */
  problem: string | null;
  /** The index of the first target that is not done. */
  next: number;
  /** Of the targets before `next`: how many were changed, were as wanted already, and were refused. */
  done: number;
  unchanged: number;
  refused: number;
  /** Who does it: drawn by each isolate that takes it up. `null`: it waits. */
  lease: string | null;
  /** Until when no other isolate takes it up. */
  leased_until: number;
  created_at: number;
  finished_at: number | null;
}

/** The targets of a bulk job, apart from its row: there are thousands, and SQLite writes a row as a whole. */
export interface BulkTargetsTable {
  /** The job's. */
  id: string;
  organization: string;
  /** JSON list of `[cabinet, cell]`, in the order in which they are done; cell 0 is the whole cabinet. */
  targets: string;
  created_at: number;
}

/** What came of one target of a bulk job. */
export interface BulkPartTable {
  /** The id of its act in the audit log, which has none where it was refused. */
  id: string;
  organization: string;
  job: string;
  /** Its index among the job's targets. */
  n: number;
  cabinet: string;
  /** 0: the whole cabinet. */
  cell: number;
  result: BulkResult;
  /** Why it was refused. */
  detail: string | null;
  at: number;
}

/** How often a cabinet was registered. The row outlives the cabinet. */
export interface EpochTable {
  cabinet: string;
  /** The epoch of the owner: a connection with a lower one has been replaced. */
  epoch: number;
}

/** An account of staff, in one organization or several. */
export interface AccountTable {
  id: string;
  /** E-mail address in lower case, or mobile number: what it logs in by. */
  login: string;
  name: string;
  language: string;
  /** `scrypt$N$r$p$salt$hash`, the last two in base64. */
  password: string;
  /** The sealed secret of its second factor; `null`: it has none. */
  totp: string | null;
  /** The sealed secret of a second factor that is not confirmed yet. */
  totp_pending: string | null;
  /** The time step of the last code that was taken: a code is taken once. */
  totp_step: number;
  created_at: number;
}

/** A code that stands for a second factor that was lost, once. */
export interface RecoveryCodeTable {
  account: string;
  hash: string;
}

/** What an account may in an organization. */
export interface MembershipTable {
  account: string;
  organization: string;
  role: Role;
  /** JSON list: only cabinets with one of these tags; `null`: all. */
  tags: string | null;
  created_at: number;
}

/** A link that works once. */
export interface InvitationTable {
  id: string;
  hash: string;
  /** `join`: makes a membership; `reset`: gives the account a new password and takes its second factor. */
  kind: InvitationKind;
  organization: string;
  /** Of `reset`. */
  account: string | null;
  /** Of `join`, as are the tags. */
  role: Role | null;
  tags: string | null;
  /** Whom it is for, in the words of the account that made it. */
  note: string;
  created_at: number;
  until: number;
}

/** An account that is logged in somewhere. */
export interface StaffSessionTable {
  id: string;
  hash: string;
  account: string;
  created_at: number;
  /** When it was last used, to the minute. */
  used_at: number;
  address: string;
  /** The browser's name, as it gives it. */
  agent: string;
  /** Rows stay for a while: an address from which an account logged in is known. */
  ended_at: number | null;
}

/** A token of a program that works for an organization. */
export interface StaffTokenTable {
  id: string;
  hash: string;
  organization: string;
  name: string;
  role: Role;
  tags: string | null;
  created_at: number;
  /** Who made it, as the audit log has it. */
  created_by: string;
  /** `null`: without end. */
  until: number | null;
  /** When it was last used, to the minute; `null`: never. */
  used_at: number | null;
  revoked_at: number | null;
}

/** Reads and writes the tables. */
export type Tables = Kysely<Schema>;

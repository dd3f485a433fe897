/**
 * The tables as the code sees them; `migrations/` makes them. Times are milliseconds since 1970 in UTC, flags
 * are 0 or 1, bytes are lower-case hex: the same on SQLite and on Postgres.
 *
 * @module
 */
import type { Generated, Kysely } from "kysely";
import type { SensedDoor } from "../cabinet/doors.ts";
import type {
  AlarmKind,
  AuditAction,
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

/** Every table by its name. */
export interface Schema {
  cabinets: CabinetTable;
  cells: CellTable;
  people: PersonTable;
  commands: CommandTable;
  rentals: RentalTable;
  codes: CodeTable;
  code_tries: CodeTriesTable;
  permits: PermitTable;
  events: Omit<EventTable, "seq"> & { seq: Generated<number> };
  alarms: AlarmTable;
  acts: ActTable;
  epochs: EpochTable;
  identities: IdentityTable;
  used: UsedTable;
  tokens: TokenTable;
  notices: NoticeTable;
}

/** A cabinet on a wall. */
export interface CabinetTable {
  id: string;
  name: string;
  /** Family of its lock boards. */
  board: string;
  /** What its DTU says first; `null`: nothing can register as this cabinet. */
  registration: string | null;
  heartbeat: string | null;
  /** Whether the DTU wants its heartbeat back. */
  heartbeat_echo: number;
  /** Whether the serial adapter returns what it sends. */
  local_echo: number;
  wiring: string;
  mode: string;
  /**
   * JSON of `[cell, board, channel]` for each cell, as in the table of cells: a device that registers is known by
   * one row, however many cells it has.
   */
  locks: string;
  /**
   * JSON of what SQL never compares of its description; `null`: only the version before has described it. What that
   * version has columns for is in them, too, and newer there; see `locker/cabinets/rows.ts`.
   */
  description: string | null;
  /** JSON of the rules for rentals. */
  rules: string;
  /** JSON of how its doors stand on the wall; `null`: nobody said. */
  layout: string | null;
  /** From heartbeat to heartbeat; `null`: nobody said. */
  heartbeat_ms: number | null;
  /** JSON list of addresses and networks that its device may connect from; `null`: any. */
  addresses: string | null;
  /** What a smart controller proves that it knows, in plain: written by the version before, and newer than a sealed one. */
  secret: string | null;
  /** The same, sealed for this cabinet. */
  sealed_secret: string | null;
  /** How long a door may stand open before it is an alarm; `null`: for ever. */
  left_open_ms: number | null;
  /** How long the cabinet may be away before it is an alarm; `null`: for ever. */
  offline_ms: number | null;
  created_at: number;
  updated_at: number;
  last_seen_at: number | null;
  /** Since when it has no connection; `null`: it has one, or never had. */
  offline_since: number | null;
  /** Since when its device is awaited that was described in the place of another one; `null`: it has connected, or there was no other. */
  awaited_since: number | null;
  /** The smart controller's event log, and the last of its events that is stored. */
  event_log: string | null;
  event_seq: number;
}

/** A cell and where its lock hangs. */
export interface CellTable {
  cabinet: string;
  cell: number;
  board: number;
  channel: number;
  size: string;
  /** Whether it may be used, apart from who has it. */
  state: CellCondition;
  /** Who has it: the rental that is not over. */
  rental: string | null;
  /** The rental before: its person may open again for a while. */
  last_rental: string | null;
  /** When it was last given back; the one that waits longest is given out first. */
  freed_at: number;
  /** Where its door was seen last; `null`: never. */
  door: SensedDoor | null;
  /** Since when the door is there. */
  door_at: number | null;
  /** The command that opened it; `null`: none did. */
  door_command: string | null;
  /** As of which moment in the life of the cabinet's line: the owner's epoch, and how much it had told by then. */
  door_epoch: number | null;
  door_count: number | null;
}

/** Somebody who opens doors. */
export interface PersonTable {
  id: string;
  kind: PersonKind;
  /** Empty: nobody said. */
  name: string;
  /** Address of a picture. */
  picture: string | null;
  created_at: number;
  /** Sessions that began before are over. */
  sessions_from: number;
  /** Since when the person is to be removed, once nothing of his is in a cell. */
  leaving_at: number | null;
}

/** Whom an app of WeChat knows the person as. */
export interface IdentityTable {
  /** The app's id. Empty: all apps of one owner, whose openid is the unionid. */
  app: string;
  openid: string;
  person: string;
  created_at: number;
}

/** What works once and was used. */
export interface UsedTable {
  key: string;
  /** From then on it would be refused for its age. */
  until: number;
  /** Until then it may be found out what comes of it; `null`: nothing comes of it but that it was used. */
  held_until: number | null;
  /** What came of it; empty: nothing; `null`: it is not known, or was not to be kept. */
  outcome: string | null;
}

/** A token of another server, which all programs of a fleet share. */
export interface TokenTable {
  name: string;
  /** `null`: there was none yet. */
  value: string | null;
  until: number;
  /** Until then somebody fetches a new one. */
  leased_until: number;
}

/** What somebody is told outside of the page: the outbox. */
export interface NoticeTable {
  /** UUID, which the other side knows doubles by. */
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
  /** When it is tried next; while it is tried: when somebody else may. */
  next_at: number;
  /** When the first try began of which nobody knows whether it arrived. */
  unsure_since: number | null;
  finished_at: number | null;
  /** Why it was dropped, or tried again. */
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
  /** Why the operator did it, in his words. */
  note: string | null;
  requested_at: number;
  sent_at: number | null;
  /** In which epoch of its cabinet it was sent; `null`: it was not, or by a version that did not note it. */
  sent_epoch: number | null;
  finished_at: number | null;
  /** The rental that it is about, where it is about one. */
  rental: string | null;
  /** The number of the isolate that wrote it down; `null`: one that does not say, or a rental's command. */
  origin: number | null;
}

/** A person's hold of a cell. */
export interface RentalTable {
  /** The id of the `store` that made it. */
  id: string;
  /**
   * Eight digits that people read out, unique in the service; `null` where the version before made the rental, or
   * where a newer rental needed the number.
   */
  number: string | null;
  /** Random; with the service's secret it gives the one that moves the rental to another person; `null`: there is none. */
  way_back: string | null;
  cabinet: string;
  cell: number;
  person: string;
  /** Who may take the thing out beside the person: whoever used the pickup code. */
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
  /** How many commands about it were begun. */
  opens: number;
}

/** A pickup code. */
export interface CodeTable {
  /** The id of the `share` that made it. */
  id: string;
  cabinet: string;
  rental: string;
  /** Who made it. */
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

/** How often somebody, some place or some cabinet met wrong codes lately. */
export interface CodeTriesTable {
  subject: string;
  wrong: number;
  since: number;
  blocked_until: number;
}

/** Who may open which cells of a cabinet whose cells are assigned. */
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

/** Something that happened. */
export interface EventTable {
  /** In the order in which they were written; those from before there were numbers have 0 and less on Postgres. */
  seq: number;
  /** UUID; an event that a command opened its door has the command's own, so there is one. */
  id: string;
  at: number;
  kind: EventKind;
  cabinet: string;
  /** 0: the whole cabinet. */
  cell: number;
  person: string | null;
  rental: string | null;
  detail: string | null;
  /** The command that it came of, where it is about a door. */
  command: string | null;
}

/** Something that somebody should look after; one at a time of the same kind, place and subject. */
export interface AlarmTable {
  id: string;
  kind: AlarmKind;
  /** Empty: of no cabinet. */
  cabinet: string;
  /** 0: the whole cabinet. */
  cell: number;
  /** What it is about, where that is more than the place; else empty. */
  subject: string;
  raised_at: number;
  /** When it ends by itself; `null`: when it is over. */
  until: number | null;
  ended_at: number | null;
  /** How often what it is about has happened; `null`: that is not counted. */
  count: number | null;
}

/** Something that the operator did. */
export interface ActTable {
  id: string;
  at: number;
  who: string;
  act: AuditAction;
  /** Empty: it was done to a person. */
  cabinet: string;
  /** 0: the whole cabinet. */
  cell: number;
  /** The rental, permit, command or person that it was about. */
  subject: string | null;
  reason: string | null;
  /** From where. */
  address: string;
}

/** How often a cabinet was registered. The row outlives the cabinet. */
export interface EpochTable {
  cabinet: string;
  /** That of the last owner: whoever has a lower one is not the owner any more. */
  epoch: number;
}

/** Tables as they are read. */
export type Tables = Kysely<Schema>;

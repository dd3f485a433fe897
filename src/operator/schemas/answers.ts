/**
 * What the operator gets, made of rows.
 *
 * @module
 */
import type { z } from "zod";
import { KAIGUI } from "../../boards/mod.ts";
import type {
  ActTable,
  AlarmTable,
  CommandTable,
  EventTable,
  PermitTable,
  PersonTable,
  RentalTable,
} from "../../db/mod.ts";
import type { Cabinet, CabinetStatus, WiredCellRow } from "../../locker/mod.ts";
import { warningsOf } from "./cabinet_warnings.ts";
import type * as shapes from "./answer_shapes.ts";

/** An answer of that shape. */
type AnswerOf<Shape extends keyof typeof shapes> = z.infer<(typeof shapes)[Shape]>;

/** A cabinet as the operator gets it, with the link that its code has. */
export function cabinetAnswer(
  cabinet: Cabinet,
  { status, link }: { status: CabinetStatus; link: string },
): AnswerOf<"cabinetShape"> {
  const { id, cells, lastSeenAt: _, ...described } = cabinet;
  return {
    id,
    ...described,
    ...described.board === KAIGUI && { hasSecret: true },
    online: status.online,
    connectedAt: maybeTimestamp(status.connectedAt),
    lastSeenAt: maybeTimestamp(status.lastSeenAt),
    cells: cells.map((cell) => cellAnswer(cell, status)),
    link,
    warnings: [...warningsOf(cabinet)],
  };
}

/** A cell as the operator gets it. */
export function cellAnswer(
  cell: WiredCellRow,
  { doors }: Pick<CabinetStatus, "doors">,
): AnswerOf<"cellShape"> {
  return { ...cell, door: doors.get(cell.cell) ?? "unknown" };
}

/** A command as the operator gets it. */
export function commandAnswer(row: CommandTable): AnswerOf<"commandShape"> {
  return {
    id: row.id,
    cabinet: row.cabinet,
    cell: maybeCell(row.cell),
    command: row.command,
    state: row.state,
    reason: row.reason,
    by: row.by,
    note: row.note,
    requestedAt: timestamp(row.requested_at),
    sentAt: maybeTimestamp(row.sent_at),
    finishedAt: maybeTimestamp(row.finished_at),
    rental: row.rental,
  };
}

/** A rental as the operator gets it. One that is just opening is none yet, and is not shown. */
export function rentalAnswer(row: RentalTable): AnswerOf<"rentalShape"> {
  const { id, number, cabinet, cell, person, picker } = row;
  // One that was taken up again is not over, though it was.
  const isOver = row.state === "ended";
  return {
    id,
    cabinet,
    cell,
    person,
    picker,
    state: row.state as AnswerOf<"rentalShape">["state"],
    since: timestamp(row.since),
    until: maybeTimestamp(row.until),
    overdueAt: maybeTimestamp(row.overdue_at),
    endedAt: isOver ? maybeTimestamp(row.ended_at) : null,
    endReason: isOver ? row.end_reason : null,
    number,
  };
}

/** A permit as the operator gets it. */
export function permitAnswer(row: PermitTable): AnswerOf<"permitShape"> {
  const { id, cabinet, person, cells } = row;
  return {
    id,
    cabinet,
    person,
    cells: cells === null ? "all" : JSON.parse(cells) as number[],
    from: timestamp(row.valid_from),
    until: maybeTimestamp(row.valid_until),
    createdAt: timestamp(row.created_at),
    revokedAt: maybeTimestamp(row.revoked_at),
  };
}

/** An event as the operator gets it. */
export function eventAnswer({ id, at, kind, cabinet, cell, ...about }: EventTable): AnswerOf<"eventShape"> {
  const { person, rental, detail, command } = about;
  return { id, at: timestamp(at), kind, cabinet, cell: maybeCell(cell), person, rental, detail, command };
}

/** An alarm as the operator gets it. */
export function alarmAnswer(row: AlarmTable): AnswerOf<"alarmShape"> {
  return {
    id: row.id,
    kind: row.kind,
    cabinet: row.cabinet === "" ? null : row.cabinet,
    cell: maybeCell(row.cell),
    subject: row.subject === "" ? null : row.subject,
    count: row.count,
    raisedAt: timestamp(row.raised_at),
    until: maybeTimestamp(row.until),
    endedAt: maybeTimestamp(row.ended_at),
  };
}

/** A person as the operator gets him: never with what an app knows him as. */
export function personAnswer(row: PersonTable): AnswerOf<"personShape"> {
  const { id, kind, name, picture } = row;
  const leavingAt = maybeTimestamp(row.leaving_at);
  return { id, kind, name, picture, createdAt: timestamp(row.created_at), leavingAt };
}

/** An act as the operator gets it. */
export function actAnswer({ id, at, who, act, cell, ...about }: ActTable): AnswerOf<"actShape"> {
  const { subject, reason, address } = about;
  const cabinet = about.cabinet === "" ? null : about.cabinet;
  return { id, at: timestamp(at), who, act, cabinet, cell: maybeCell(cell), subject, reason, address };
}

/** RFC 3339 in UTC. */
export function timestamp(at: number): string {
  return new Date(at).toISOString();
}

/** RFC 3339 in UTC, where there is a time. */
export function maybeTimestamp(at: number | null | undefined): string | null {
  return at === null || at === undefined ? null : timestamp(at);
}

/** 0 stands for the whole cabinet, or for no cell. */
function maybeCell(cell: number): number | null {
  return cell === 0 ? null : cell;
}

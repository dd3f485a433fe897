/**
 * What the operator gets.
 *
 * @module
 */
import type { CommandTable } from "../db/mod.ts";
import type { Cabinet, CabinetStatus } from "../locker/mod.ts";

/** A cabinet as the operator gets it. */
export function cabinetAnswer(cabinet: Cabinet, status: CabinetStatus): Record<string, unknown> {
  const { id, name, board, registration, heartbeat, localEcho, wiring, mode } = cabinet;
  return {
    id,
    name,
    board,
    registration: registration ? shown(registration) : null,
    heartbeat: heartbeat ? { ...shown(heartbeat.bytes), echo: heartbeat.echo } : null,
    localEcho,
    wiring,
    mode,
    online: status.online,
    connectedAt: timestamp(status.connectedAt),
    lastSeenAt: timestamp(status.lastSeenAt),
    cells: cabinet.cells.map((cell) => ({ ...cell, door: status.doors.get(cell.cell) ?? "unknown" })),
  };
}

/** A command as the operator gets it. */
export function commandAnswer(row: CommandTable): Record<string, unknown> {
  return {
    id: row.id,
    cabinet: row.cabinet,
    cell: row.cell,
    command: row.command,
    state: row.state,
    reason: row.reason,
    by: row.by,
    note: row.note,
    requestedAt: timestamp(row.requested_at),
    sentAt: timestamp(row.sent_at),
    finishedAt: timestamp(row.finished_at),
  };
}

/** RFC 3339 in UTC. */
function timestamp(at: number | null | undefined): string | null {
  return at === null || at === undefined ? null : new Date(at).toISOString();
}

/** Printable ASCII is shown as text. */
function shown(bytes: Uint8Array): { text: string } | { hex: string } {
  const printable = bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
  return printable ? { text: new TextDecoder().decode(bytes) } : { hex: bytes.toHex().toUpperCase() };
}

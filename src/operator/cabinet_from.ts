import { type Family, familyNamed } from "../boards/mod.ts";
import type { Description } from "../locker/mod.ts";
import { bytesOf, sizeOf } from "./cabinet_mistakes.ts";
import type { CabinetBody } from "./schemas.ts";

/** The cabinet that a checked description means. */
export function cabinetFrom(id: string, body: CabinetBody): Description {
  const family = familyNamed(body.board);
  const listed = Array.isArray(body.cells) ? body.cells : counted(body.cells, family);
  return {
    id,
    name: body.name,
    board: body.board,
    registration: body.registration ? bytesOf(body.registration) : undefined,
    heartbeat: body.heartbeat ? { bytes: bytesOf(body.heartbeat), echo: body.heartbeat.echo } : undefined,
    localEcho: body.localEcho,
    wiring: body.wiring ?? family?.wiring ?? "short-when-locked",
    mode: body.mode,
    rules: body.rules,
    layout: body.layout ?? undefined,
    cells: listed.map(({ cell, board, channel, size, state }) => ({ cell, board, channel, size, state }))
      .sort((a, b) => a.cell - b.cell),
  };
}

/** Cell n is channel n of the first board, going on with the next board. */
function counted(
  { count, size }: { count: number; size: string },
  family: Family | undefined,
): Description["cells"] {
  if (!family) return [];
  const perBoard = sizeOf(family.channels);
  return Array.from({ length: count }, (_, index) => ({
    cell: index + 1,
    board: family.boards[0] + Math.floor(index / perBoard),
    channel: family.channels[0] + index % perBoard,
    size,
    state: undefined,
  }));
}

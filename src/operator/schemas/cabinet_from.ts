import { type Numbering, numberingOf } from "../../boards/mod.ts";
import type { Description, Heartbeat } from "../../locker/mod.ts";
import { bytesOf } from "./cabinet_mistakes.ts";
import type { CabinetBody } from "./cabinet.ts";

type CountedCells = Exclude<CabinetBody["cells"], readonly unknown[]>;

/** The cabinet that a checked description means. */
export function cabinetFrom(id: string, body: CabinetBody): Description {
  const numbering = numberingOf(body.board);
  const listed = Array.isArray(body.cells) ? body.cells : counted(body.cells, numbering);
  return {
    id,
    name: body.name,
    board: body.board,
    registration: body.registration ? bytesOf(body.registration) : undefined,
    heartbeat: body.heartbeat ? heartbeatFrom(body.heartbeat) : undefined,
    localEcho: body.localEcho,
    wiring: body.wiring ?? numbering?.wiring ?? "short-when-locked",
    addresses: body.addresses ?? undefined,
    secret: body.secret ?? undefined,
    leftOpenMs: body.leftOpenSeconds === null ? undefined : body.leftOpenSeconds * 1000,
    offlineMs: body.offlineSeconds === null ? undefined : body.offlineSeconds * 1000,
    mode: body.mode,
    rules: body.rules,
    layout: body.layout ?? undefined,
    cells: listed.map(({ cell, board, channel, size, state }) => ({ cell, board, channel, size, state }))
      .sort((a, b) => a.cell - b.cell),
  };
}

function heartbeatFrom(heartbeat: NonNullable<CabinetBody["heartbeat"]>): Heartbeat {
  const { echo, intervalSeconds } = heartbeat;
  const intervalMs = intervalSeconds === undefined ? undefined : Math.round(intervalSeconds * 1000);
  return { bytes: bytesOf(heartbeat), echo, intervalMs };
}

/** Cell n is channel n of the first board, going on with the next board. */
function counted(
  { count, perBoard: said, size }: CountedCells,
  numbering: Numbering | undefined,
): Description["cells"] {
  if (!numbering) return [];
  const { boards, channels } = numbering;
  const perBoard = said ?? numbering.channelsPerBoard;
  return Array.from({ length: count }, (_, index) => ({
    cell: index + 1,
    board: boards[0] + Math.floor(index / perBoard),
    channel: channels[0] + index % perBoard,
    size,
    state: undefined,
  }));
}

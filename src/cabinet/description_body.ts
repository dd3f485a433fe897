import { z } from "zod";
import { type Numbering, numberingOf } from "../boards/mod.ts";
import { OPERATOR } from "../lib/limits.ts";
import {
  type CabinetDescription,
  cabinetShape,
  type CountedCells,
  describedIn,
  type ListedCells,
  type ShapedCabinet,
} from "./description.ts";
import { mistakesOf } from "./description_mistakes.ts";
import { bytesOf, writtenAs } from "./registration/written_bytes.ts";

/** A cell as it is described: without a state it stays as it is. */
export type DescribedCell = Pick<ListedCells[number], "cell" | "board" | "channel" | "size" | "state">;

/** A checked description with its cells, by number. The secret is in no other type, so that nothing can show it. */
export interface DescribedCabinet extends CabinetDescription {
  /** What its smart controller proves that it knows; not given: the one that there is stays. */
  readonly secret?: string | undefined;
  readonly cells: readonly DescribedCell[];
}

/** A cabinet's description. What only the server knows may be sent along and is passed over. */
export const cabinetBody = cabinetShape.transform((body, context): DescribedCabinet => {
  // Only a sound body gets here: a refinement of the object would be run on a count of 10^8, too.
  const mistakes = [...mistakesOf(body).take(OPERATOR.mistakesMax)];
  for (const [path, message] of mistakes) context.addIssue({ code: "custom", path, message });
  return mistakes.length > 0 ? z.NEVER : completed(body);
});

/** The cabinet that a sound description means. */
function completed(body: ShapedCabinet): DescribedCabinet {
  const { registration, heartbeat, location, secret, cells } = body;
  const numbering = numberingOf(body.board);
  const wiring = body.wiring ?? numbering?.wiring ?? "short-when-locked";
  return {
    ...describedIn({ ...body, wiring }),
    registration: registration && completedRegistration(registration),
    heartbeat: heartbeat && completedHeartbeat(heartbeat),
    // A place of which nothing is said is none.
    location: location && Object.keys(location).length > 0 ? location : null,
    ...secret && { secret },
    cells: (Array.isArray(cells) ? cells : counted(cells, numbering))
      .map(({ cell, board, channel, size, state }) => ({ cell, board, channel, size, state }))
      .sort((a, b) => a.cell - b.cell),
  };
}

function completedRegistration(
  registration: NonNullable<CabinetDescription["registration"]>,
): CabinetDescription["registration"] {
  const { at, anywhere } = registration;
  const place = { ...at !== undefined && { at }, ...anywhere && { anywhere } };
  return { ...writtenAs(bytesOf(registration)), ...place };
}

function completedHeartbeat(
  heartbeat: NonNullable<CabinetDescription["heartbeat"]>,
): CabinetDescription["heartbeat"] {
  const { echo, intervalSeconds } = heartbeat;
  // It is kept in milliseconds.
  const interval = intervalSeconds !== undefined &&
    { intervalSeconds: Math.round(intervalSeconds * 1000) / 1000 };
  return { ...writtenAs(bytesOf(heartbeat)), echo, ...interval };
}

/** Cell n is channel n of the first board, going on with the next board. */
function counted(
  { count, perBoard: said, size }: CountedCells,
  numbering: Numbering | undefined,
): DescribedCell[] {
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

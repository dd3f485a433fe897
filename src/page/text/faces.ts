/**
 * What a cell's button looks like: from the state to words, an icon and a tone, without markup.
 *
 * @module
 */
import type { CellView } from "../../cabinet/types.ts";
import { momentOf } from "./moments.ts";
import { cellsNow } from "../state/permits.ts";
import { refusalOf } from "../state/refusals.ts";
import type { PageState } from "../state/state.ts";
import { isRunning, type PageTap, shownAs, tapAbout } from "../state/taps.ts";
import { outcomeLooks, type Shape, type Tone } from "./tellings.ts";
import { fill, type Texts } from "./texts.ts";
import { subjectOf } from "../state/wishes.ts";

/** A cell's button. */
export interface Face {
  readonly tone: Tone;
  readonly shape: Shape;
  /** What matters most about the cell now. */
  readonly main: string;
  readonly size: string;
  /** What else there is to know. */
  readonly extra: string | undefined;
  /** A tap is on its way. */
  readonly busy: boolean;
  /** A tap now would not be taken. */
  readonly off: boolean;
}

/** What faces are made from. */
export interface FaceInput {
  readonly state: PageState;
  readonly texts: Texts;
}

type FaceStyle = Pick<Face, "tone" | "shape" | "main" | "extra">;

/** How this cell looks now. */
export function faceOf(cell: CellView, { state, texts }: FaceInput): Face {
  const wish = { type: "open", cell: cell.cell } as const;
  const tap = tapAbout(state.taps, subjectOf(wish));
  const look = tap === undefined ? standing(cell, { state, texts }) : tapped(cell, { tap, texts });
  const size = texts.shortSizes[cell.size] ?? cell.size;
  const busy = isRunning(tap);
  return { ...look, size, busy, off: busy || refusalOf(state, wish) !== undefined };
}

function standing({ cell, state: use, door }: CellView, { state, texts }: FaceInput): FaceStyle {
  const known = door === "unknown" ? undefined : texts.doors[door];
  if (use === "disabled") return { tone: "off", shape: "ban", main: texts.uses.disabled, extra: known };
  if (use === "faulty") return { tone: "careful", shape: "warning", main: texts.uses.faulty, extra: known };
  const until = state.cabinet.mode === "assigned" ? cellsNow(state).get(cell) : undefined;
  const permitted = until && fill(texts.permits.until, { t: momentOf(until, { state, texts }) });
  const extra = permitted ?? (use === "held" ? texts.uses.held : undefined);
  return { tone: door === "open" ? "good" : "calm", shape: `door-${door}`, main: texts.doors[door], extra };
}

function tapped({ door }: CellView, { tap, texts }: { tap: PageTap; texts: Texts }): FaceStyle {
  if (isRunning(tap)) {
    return { tone: "busy", shape: "spinner", main: texts.shortSteps[tap.step], extra: undefined };
  }
  const shown = shownAs(tap.outcome);
  // The door's last reading is older than an unconfirmed tap: "closed" beside it would claim to know.
  const hidden = door === "unknown" || shown === "opened" || shown === "unconfirmed";
  const extra = hidden ? undefined : texts.doors[door];
  return { ...outcomeLooks[shown], main: texts.shortStates[shown], extra };
}

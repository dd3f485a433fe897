import type { CellView } from "../../cabinet/types.ts";
import { permittedCells } from "../state/permits.ts";
import { refusalOf } from "../state/refusals.ts";
import type { PageState } from "../state/state.ts";
import { subjectOf } from "../state/tap_requests.ts";
import { finalStateOf, isRunning, type PageTap, tapAbout } from "../state/taps.ts";
import { formatTime } from "./format_time.ts";
import { type IconShape, outcomeStyles, type Tone } from "./styled_messages.ts";
import { fill, type Texts } from "./texts.ts";

/** The contents of a cell's button, without markup. */
export interface CellButton {
  readonly tone: Tone;
  readonly shape: IconShape;
  /** The most important words about the cell now. */
  readonly main: string;
  readonly size: string;
  /** More words about it. */
  readonly extra: string | undefined;
  /** A tap runs. */
  readonly busy: boolean;
  /** The page would refuse a tap now. */
  readonly off: boolean;
}

/** What the page's texts are made from. */
export interface ViewInput {
  readonly state: PageState;
  readonly texts: Texts;
}

type CellButtonStyle = Pick<CellButton, "tone" | "shape" | "main" | "extra">;

/** The button of this cell. */
export function cellButtonOf(cell: CellView, { state, texts }: ViewInput): CellButton {
  const request = { type: "open", cell: cell.cell } as const;
  const tap = tapAbout(state.taps, subjectOf(request));
  const style = tap === undefined ? stateStyle(cell, { state, texts }) : tapStyle(cell, { tap, texts });
  const size = texts.shortSizes[cell.size] ?? cell.size;
  const busy = isRunning(tap);
  return { ...style, size, busy, off: busy || refusalOf(state, request) !== undefined };
}

function stateStyle({ cell, state: use, door }: CellView, { state, texts }: ViewInput): CellButtonStyle {
  const known = door === "unknown" ? undefined : texts.doors[door];
  if (use === "disabled") return { tone: "off", shape: "ban", main: texts.uses.disabled, extra: known };
  if (use === "faulty") return { tone: "careful", shape: "warning", main: texts.uses.faulty, extra: known };
  const until = state.cabinet.mode === "assigned" ? permittedCells(state).get(cell) : undefined;
  const permitted = until && fill(texts.permits.until, { t: formatTime(until, { state, texts }) });
  const extra = permitted ?? (use === "held" ? texts.uses.held : undefined);
  return { tone: door === "open" ? "good" : "calm", shape: `door-${door}`, main: texts.doors[door], extra };
}

function tapStyle({ door }: CellView, { tap, texts }: { tap: PageTap; texts: Texts }): CellButtonStyle {
  if (isRunning(tap)) {
    return { tone: "busy", shape: "spinner", main: texts.shortSteps[tap.step], extra: undefined };
  }
  const shown = finalStateOf(tap.outcome);
  // The door was last read before an unconfirmed tap: "closed" beside the tap would say more than is known.
  const hidden = door === "unknown" || shown === "opened" || shown === "unconfirmed";
  const extra = hidden ? undefined : texts.doors[door];
  return { ...outcomeStyles[shown], main: texts.shortStates[shown], extra };
}

/**
 * What a cell and the news look like: from the state to words, an icon and a tone, without markup.
 *
 * @module
 */
import type { CellView } from "../locker/types.ts";
import { type News, type Notice, type PageState, refusalOf } from "./state.ts";
import { type FinalState, isRunning, type Outcome, shownAs, type Tap } from "./taps.ts";
import { fill, type Say, type Texts } from "./texts.ts";

/** The colour family. It always comes with an icon and words of its own. */
export type Tone = "calm" | "good" | "done" | "busy" | "careful" | "bad" | "off";

/** The shapes of `icons.tsx`. */
export type Shape =
  | "door-closed"
  | "door-open"
  | "door-unknown"
  | "tick"
  | "arrow"
  | "scan"
  | "cross"
  | "question"
  | "ban"
  | "warning"
  | "offline"
  | "spinner";

/** A cell's button. */
export interface Face {
  readonly tone: Tone;
  readonly shape: Shape;
  /** What matters most about the cell now. */
  readonly main: string;
  readonly size: string;
  /** What else there is to know. */
  readonly extra: string | undefined;
  /** The whole of it for those who listen. */
  readonly label: string;
  /** A tap is on its way. */
  readonly busy: boolean;
  /** A tap now would not be taken. */
  readonly off: boolean;
}

/** News in words. */
export interface Telling extends Say {
  readonly tone: Tone;
  readonly shape: Shape;
}

type Look = Pick<Face, "tone" | "shape" | "main" | "extra">;

const outcomeLooks: Readonly<Record<FinalState, Pick<Look, "tone" | "shape">>> = {
  opened: { tone: "done", shape: "tick" },
  accepted: { tone: "busy", shape: "arrow" },
  failed: { tone: "bad", shape: "cross" },
  unconfirmed: { tone: "careful", shape: "question" },
  refused: { tone: "careful", shape: "ban" },
};

/** How this cell looks now. */
export function faceOf(cell: CellView, { state, texts }: { state: PageState; texts: Texts }): Face {
  const tap = state.taps.get(cell.cell);
  const look = tap === undefined ? standing(cell, texts) : tapped(cell, { tap, texts });
  const size = texts.sizes[cell.size] ?? cell.size;
  const spoken = [
    fill(texts.cellName, cell.cell),
    texts.spokenSizes[cell.size] ?? size,
    look.main,
    look.extra,
  ];
  const label = spoken.filter((part) => part !== undefined).join(texts.comma);
  const busy = isRunning(tap);
  return { ...look, size, label, busy, off: busy || refusalOf(state, cell.cell) !== undefined };
}

/** What the news say, with the tone to say it in. */
export function tellingOf({ news, cell }: Notice, texts: Texts): Telling {
  const { title, next } = sayOf(news, texts);
  return { ...newsLook(news), title: fill(title, cell), next: fill(next, cell) };
}

/** What the page says about its own connection and the cabinet's. */
export function connectionTelling({ connection, cabinet }: PageState, texts: Texts): Telling {
  const offline = connection === "live" && !cabinet.online;
  const say = texts.connection[offline ? "cabinet-offline" : connection];
  if (offline || connection === "offline-browser") return { ...say, tone: "careful", shape: "offline" };
  return connection === "live"
    ? { ...say, tone: "good", shape: "tick" }
    : { ...say, tone: connection === "connecting" ? "calm" : "careful", shape: "spinner" };
}

function standing({ state, door }: CellView, texts: Texts): Look {
  const known = door === "unknown" ? undefined : texts.doors[door];
  if (state === "disabled") return { tone: "off", shape: "ban", main: texts.uses.disabled, extra: known };
  if (state === "faulty") return { tone: "careful", shape: "warning", main: texts.uses.faulty, extra: known };
  const extra = state === "held" ? texts.uses.held : undefined;
  return { tone: door === "open" ? "good" : "calm", shape: `door-${door}`, main: texts.doors[door], extra };
}

function tapped({ door }: CellView, { tap, texts }: { tap: Tap; texts: Texts }): Look {
  if (isRunning(tap)) {
    return { tone: "busy", shape: "spinner", main: texts.shortSteps[tap.step], extra: undefined };
  }
  const shown = shownAs(tap.outcome);
  // The door's last reading is older than an unconfirmed tap: "closed" beside it would claim to know.
  const hidden = door === "unknown" || shown === "opened" || shown === "unconfirmed";
  const extra = hidden ? undefined : texts.doors[door];
  return { ...outcomeLooks[shown], main: texts.shortStates[shown], extra };
}

function sayOf(news: News, texts: Texts): Say {
  switch (news.kind) {
    case "step":
      return texts.steps[news.step];
    case "outcome":
      return outcomeSay(news.outcome, texts);
    case "refusal":
      return texts.refusals[news.refusal];
    case "door":
      return texts.moved[news.door];
    case "error":
      return texts.errors[news.code];
  }
}

function outcomeSay(outcome: Outcome, texts: Texts): Say {
  if (outcome.by === "silence") return texts.silence;
  if (outcome.by === "error") return texts.errors[outcome.code];
  return outcome.reason === undefined ? texts.states[outcome.state] : texts.reasons[outcome.reason];
}

function newsLook(news: News): Pick<Telling, "tone" | "shape"> {
  switch (news.kind) {
    case "step":
      return { tone: "busy", shape: "spinner" };
    case "outcome":
      return outcomeLooks[shownAs(news.outcome)];
    case "door":
      return { tone: "good", shape: `door-${news.door}` };
    default:
      return { tone: "careful", shape: "ban" };
  }
}

import type { Child } from "hono/jsx";
import { freeCells, hasRoom, isAtLimit, refusalOf } from "../state/refusals.ts";
import { isRunning, tapAbout } from "../state/taps.ts";
import type { ViewInput } from "../text/cell_buttons.ts";
import { isDoorProblem, tapMessage } from "../text/styled_messages.ts";
import { fill } from "../text/texts.ts";
import { Icon } from "./icons.tsx";
import { Help, type PartProps, Section, Strip } from "./parts.tsx";

/** The buttons for storing something: one for each size. */
export function Store({ state, texts, actions }: PartProps): Child {
  const { sizes } = state.cabinet;
  const tap = tapAbout(state.taps, "store");
  const choices = sizes.length > 1 ? sizes : [undefined];
  return (
    <Section id="store" title={texts.store.title}>
      <div class={choices.length > 1 ? "sizes" : "sizes single"}>
        {choices.map((size, rank) => (
          <SizeButton
            key={size ?? ""}
            size={size}
            rank={rank}
            state={state}
            texts={texts}
            actions={actions}
          />
        ))}
      </div>
      {tap && <Strip message={tapMessage(tap, texts.messages)} state={state} texts={texts} />}
      {isDoorProblem(tap) && <Help state={state} texts={texts} />}
    </Section>
  );
}

interface SizeProps extends PartProps {
  readonly size: string | undefined;
  readonly rank: number;
}

function SizeButton({ size, rank, state, texts, actions }: SizeProps): Child {
  const request = { type: "store", ...(size === undefined ? {} : { size }) } as const;
  const tap = tapAbout(state.taps, "store");
  const busy = isRunning(tap) && tap.request.type === "store" && tap.request.size === size;
  const off = isRunning(tap) || refusalOf(state, request) !== undefined;
  const main = size === undefined ? texts.store.one : texts.sizes[size] ?? size;
  return (
    <button
      type="button"
      class="size-button"
      data-size={size ?? ""}
      aria-busy={String(busy)}
      aria-disabled={String(off)}
      onClick={() => actions?.tap(request)}
    >
      {busy ? <Icon shape="spinner" /> : <Box rank={rank} />}
      <span class="words">
        <span class="main">{main}</span>
        <span class="sub">{roomOf(size, { state, texts })}</span>
      </span>
    </button>
  );
}

function roomOf(size: string | undefined, { state, texts }: ViewInput): string {
  if (isAtLimit(state)) return texts.store.limit;
  const free = freeCells(state, size);
  if (free > 0) return fill(texts.store.free, { k: free });
  return hasRoom(state, size) ? texts.store.larger : texts.store.full;
}

/** A box, drawn the larger the larger the size is. */
function Box({ rank }: { rank: number }): Child {
  return (
    <span class={`box rank-${Math.min(rank, 5)}`} aria-hidden="true">
      <svg viewBox="0 0 24 24" focusable="false">
        <path d="M4 5.5h16v13H4zM4 9.5h16M10 9.5v3h4v-3" />
      </svg>
    </span>
  );
}

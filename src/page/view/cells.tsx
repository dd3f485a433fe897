import type { Child } from "hono/jsx";
import type { CellView } from "../../cabinet/types.ts";
import { cellButtonOf } from "../text/cell_buttons.ts";
import { Icon } from "./icons.tsx";
import { CellNumber, type PartProps } from "./parts.tsx";

interface CellsProps extends PartProps {
  readonly cells: readonly CellView[];
  /** Large buttons, for a few cells. @default {false} */
  readonly large?: boolean;
}

/** The cells by number, as buttons: a tap opens the door. */
export function Cells({ cells, large = false, state, texts, actions }: CellsProps): Child {
  return (
    <ul class={large ? "cells large" : "cells"} role="list" aria-label={texts.cells}>
      {cells.map((cell) => (
        <li key={cell.cell}>
          <Cell cell={cell} state={state} texts={texts} actions={actions} />
        </li>
      ))}
    </ul>
  );
}

interface CellProps extends PartProps {
  readonly cell: CellView;
}

/** A cell that takes no tap stays a button that screen readers reach: a tap on it says why. */
export function Cell({ cell, state, texts, actions }: CellProps): Child {
  const { tone, shape, main, size, extra, busy, off } = cellButtonOf(cell, { state, texts });
  return (
    <button
      type="button"
      class={`cell tone-${tone}`}
      data-cell={cell.cell}
      data-door={cell.door}
      aria-busy={String(busy)}
      aria-disabled={String(off)}
      onClick={() => actions?.tap({ type: "open", cell: cell.cell })}
    >
      <CellNumber cell={cell.cell} texts={texts} />
      <Icon shape={shape} />
      <span class="main">{main}</span>
      <span class="sub">
        {size !== "" && <span class="size">{size}</span>}
        {extra}
      </span>
    </button>
  );
}

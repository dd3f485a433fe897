/**
 * The page's one view, rendered by the server first and by the browser from then on.
 *
 * @module
 */
import type { Child } from "hono/jsx";
import type { CellView } from "../locker/types.ts";
import { connectionTelling, faceOf, type Telling, tellingOf } from "./faces.ts";
import { Icon } from "./icons.tsx";
import type { PageState } from "./state.ts";
import type { Texts } from "./texts.ts";

/** What the view shows and whom it tells of a tap. */
export interface ViewProps {
  readonly state: PageState;
  readonly texts: Texts;
  /** @default nobody, on the server */
  readonly onTap?: (cell: number) => void;
}

/** The cabinet with its cells. */
export function View({ state, texts, onTap }: ViewProps): Child {
  const { cells } = state.cabinet;
  return (
    <main class="page" data-connection={state.connection}>
      <Header state={state} texts={texts} />
      <Told id="connection" telling={connectionTelling(state, texts)} />
      {cells.length === 0 && <p class="empty">{texts.noCells}</p>}
      <ul class="cells" role="list" aria-label={texts.cells}>
        {cells.map((cell) => (
          <li key={cell.cell}>
            <Cell cell={cell} state={state} texts={texts} onTap={onTap} />
          </li>
        ))}
      </ul>
      <News state={state} texts={texts} />
    </main>
  );
}

function Header({ state, texts }: Pick<ViewProps, "state" | "texts">): Child {
  const { name } = state.you;
  return (
    <header class="header">
      <h1>{state.cabinet.name}</h1>
      {name !== "" && <p>{texts.hello + name}</p>}
    </header>
  );
}

interface CellProps {
  readonly cell: CellView;
  readonly state: PageState;
  readonly texts: Texts;
  readonly onTap: ViewProps["onTap"] | undefined;
}

/** A cell that takes no tap stays a button that can be reached: tapped, it explains itself. */
function Cell({ cell, state, texts, onTap }: CellProps): Child {
  const { tone, shape, main, size, extra, label, busy, off } = faceOf(cell, { state, texts });
  return (
    <button
      type="button"
      class={`cell tone-${tone}`}
      data-cell={cell.cell}
      data-door={cell.door}
      aria-label={label}
      aria-busy={String(busy)}
      aria-disabled={String(off)}
      onClick={() => onTap?.(cell.cell)}
    >
      <span class="number">{cell.cell}</span>
      <Icon shape={shape} />
      <span class="main">{main}</span>
      <span class="sub">
        {size !== "" && <span class="size">{size}</span>}
        {extra}
      </span>
    </button>
  );
}

/** The bar at the bottom. It is always there, so that screen readers announce what comes into it. */
function News({ state, texts }: Pick<ViewProps, "state" | "texts">): Child {
  return <Told id="news" telling={state.notice && tellingOf(state.notice, texts)} />;
}

function Told({ id, telling }: { id: "connection" | "news"; telling: Telling | undefined }): Child {
  const tone = telling?.tone ?? "calm";
  return (
    <div
      id={id}
      class={`told tone-${tone}`}
      data-empty={String(telling === undefined)}
      role="status"
      aria-live="polite"
      aria-atomic="true"
    >
      {telling && <Icon shape={telling.shape} />}
      {telling && (
        <p>
          <strong>{telling.title}</strong>
          <span>{telling.next}</span>
        </p>
      )}
    </div>
  );
}

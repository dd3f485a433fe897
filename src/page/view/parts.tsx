/**
 * The small parts that the page's sections are made of.
 *
 * @module
 */
import type { Child } from "hono/jsx";
import type { Actions } from "../actions.ts";
import { Icon } from "./icons.tsx";
import type { PageState } from "../state/state.ts";
import type { Telling } from "../text/tellings.ts";
import type { Texts } from "../text/texts.ts";

/** What every part of the view is given. */
export interface PartProps {
  readonly state: PageState;
  readonly texts: Texts;
  /** @default nothing is done, on the server */
  readonly actions: Actions | undefined;
}

/** A part of the page under a heading of its own. */
export function Section({ id, title, children }: { id: string; title: string; children?: Child }): Child {
  return (
    <section class="section" aria-labelledby={`${id}-title`} id={id}>
      <h2 id={`${id}-title`}>{title}</h2>
      {children}
    </section>
  );
}

/** Words with their icon, in their tone. */
export function Words({ telling }: { telling: Telling }): Child {
  return (
    <>
      <Icon shape={telling.shape} />
      <p>
        <strong>{telling.title}</strong>
        <span>{telling.next}</span>
      </p>
    </>
  );
}

/** How a tap goes, beside what was tapped. It is read out from the bar at the bottom, not from here. */
export function Strip({ telling }: { telling: Telling }): Child {
  return (
    <div class={`strip tone-${telling.tone}`}>
      <Words telling={telling} />
    </div>
  );
}

/** The cell's number, which is read out with the word for it. */
export function CellNumber({ cell, texts }: { cell: number; texts: Texts }): Child {
  const [before, after] = texts.cellName.split("{n}");
  return (
    <span class="number">
      <span class="spoken">{before}</span>
      {cell}
      <span class="spoken">{after}</span>
    </span>
  );
}

interface HelpProps extends Pick<PartProps, "texts"> {
  readonly id?: string;
  /** @default {false} */
  readonly open?: boolean;
}

/** What to do when a door jams. */
export function Help({ texts: { help }, id, open = false }: HelpProps): Child {
  return (
    <details class="help" id={id} open={open}>
      <summary>{help.title}</summary>
      <ol>{help.steps.map((step) => <li key={step}>{step}</li>)}</ol>
    </details>
  );
}

/** A button that takes no tap stays one that can be reached: tapped, it explains itself. */
export interface ButtonProps {
  readonly kind: "primary" | "plain" | "quiet" | "danger";
  readonly onClick: () => void;
  readonly busy?: boolean;
  readonly off?: boolean;
  readonly name?: string | undefined;
  readonly children?: Child;
}

/** See {@linkcode ButtonProps}. */
export function Button(
  { kind, onClick, busy = false, off = false, name, children }: ButtonProps,
): Child {
  return (
    <button
      type="button"
      class={`button ${kind}`}
      aria-busy={String(busy)}
      aria-disabled={String(off || busy)}
      data-name={name}
      onClick={onClick}
    >
      {children}
    </button>
  );
}

/**
 * The small components that the page's sections are made of.
 *
 * @module
 */
import type { Child } from "hono/jsx";
import type { Actions } from "../actions.ts";
import type { PageState } from "../state/state.ts";
import type { StyledMessage } from "../text/styled_messages.ts";
import type { Texts } from "../text/texts.ts";
import { Icon } from "./icons.tsx";

/** The properties of every component of the view. */
export interface PartProps {
  readonly state: PageState;
  readonly texts: Texts;
  /** `undefined` on the server, where buttons do nothing. */
  readonly actions: Actions | undefined;
}

/** A section of the page with a heading. */
export function Section({ id, title, children }: { id: string; title: string; children?: Child }): Child {
  return (
    <section class="section" aria-labelledby={`${id}-title`} id={id}>
      <h2 id={`${id}-title`}>{title}</h2>
      {children}
    </section>
  );
}

/** A message with its icon. */
export function Words({ message }: { message: StyledMessage }): Child {
  return (
    <>
      <Icon shape={message.shape} />
      <p>
        <strong>{message.title}</strong>
        <span>{message.next}</span>
      </p>
    </>
  );
}

/** How a tap goes, beside its button. Screen readers read it out from the bar at the bottom, not from here. */
export function Strip({ message }: { message: StyledMessage }): Child {
  return (
    <div class={`strip tone-${message.tone}`}>
      <Words message={message} />
    </div>
  );
}

/** The cell's number; screen readers read it out as a cell's name. */
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

/** What to do when a door is stuck. */
export function Help({ texts: { help }, id, open = false }: HelpProps): Child {
  return (
    <details class="help" id={id} open={open}>
      <summary>{help.title}</summary>
      <ol>{help.steps.map((step) => <li key={step}>{step}</li>)}</ol>
    </details>
  );
}

/** The properties of a {@linkcode Button}. */
export interface ButtonProps {
  readonly kind: "primary" | "plain" | "quiet" | "danger";
  readonly onClick: () => void;
  readonly busy?: boolean;
  readonly off?: boolean;
  readonly name?: string | undefined;
  readonly children?: Child;
}

/** A button. One that takes no tap (`off`) stays reachable for screen readers: a tap on it says why. */
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

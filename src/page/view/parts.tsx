import type { Child } from "hono/jsx";
import type { Actions } from "../actions.ts";
import type { ViewInput } from "../text/cell_buttons.ts";
import type { StyledMessage } from "../text/styled_messages.ts";
import type { Texts } from "../text/texts.ts";
import { ContactBeside } from "./contact.tsx";
import { Icon } from "./icons.tsx";

/** The properties of every component of the view. */
export interface PartProps extends ViewInput {
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

interface WordsProps extends Pick<PartProps, "state" | "texts"> {
  readonly message: StyledMessage;
}

/** A message with its icon. */
export function Words({ message, state, texts }: WordsProps): Child {
  return (
    <>
      <Icon shape={message.shape} />
      <p>
        <strong>{message.title}</strong>
        <span>{message.next}</span>
        <ContactBeside words={message.next} contact={state.cabinet.contact} texts={texts} />
      </p>
    </>
  );
}

/** How a tap goes, beside its button. Screen readers read it out from the bar at the bottom, not from here. */
export function Strip(props: WordsProps): Child {
  return (
    <div class={`strip tone-${props.message.tone}`}>
      <Words {...props} />
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

interface HelpProps extends Pick<PartProps, "state" | "texts"> {
  readonly id?: string;
  /** @default {false} */
  readonly open?: boolean;
}

/** What to do when a door is stuck. */
export function Help({ state, texts, id, open = false }: HelpProps): Child {
  const { title, steps } = texts.help;
  return (
    <details class="help" id={id} open={open}>
      <summary>{title}</summary>
      <ol>
        {steps.map((step) => (
          <li key={step}>
            {step}
            <ContactBeside words={step} contact={state.cabinet.contact} texts={texts} />
          </li>
        ))}
      </ol>
    </details>
  );
}

/** The properties of a {@linkcode Button}. */
export interface ButtonProps {
  readonly kind: "primary" | "plain" | "quiet" | "danger";
  /** @default a click submits the form that the button stands in */
  readonly onClick?: () => void;
  readonly busy?: boolean;
  readonly off?: boolean;
  readonly name?: string | undefined;
  readonly children?: Child;
}

/** A button. One that takes no tap (`off`) stays reachable for screen readers: a tap on it says why. */
export function Button({ kind, onClick, busy = false, off = false, name, children }: ButtonProps): Child {
  return (
    <button
      type={onClick ? "button" : "submit"}
      class={`button ${kind}`}
      aria-busy={String(busy)}
      aria-disabled={String(off || busy)}
      data-name={name}
      {...onClick && { onClick }}
    >
      {children}
    </button>
  );
}

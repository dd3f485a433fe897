import type { Child } from "hono/jsx";
import type { IconShape } from "../../page/text/styled_messages.ts";
import { fill } from "../../page/text/texts.ts";
import { Icon } from "../../page/view/icons.tsx";
import type { JoinState, JoinWay, Link, Typed, TypedLimits } from "../state/state.ts";
import type { AboutOrganization, JoinTexts, Message } from "../text/texts.ts";

/** What the person can do on the page. */
export interface JoinActions {
  readonly again: () => void;
  readonly choose: (way: JoinWay) => void;
  readonly showPassword: (shows: boolean) => void;
  readonly submit: (typed: Typed) => void;
}

/** The properties of the view's components. */
export interface ViewProps<State = JoinState> {
  readonly state: State;
  readonly texts: JoinTexts;
  readonly limits: TypedLimits;
  /** Where the service is, such as `https://box.example.com`. */
  readonly origin: string;
  /** `undefined` on the server, where nothing can be done. */
  readonly actions: JoinActions | undefined;
}

/** The heading gets the focus when another step is shown, so that screen readers read on from there. */
export function Heading({ children }: { children?: Child }): Child {
  return <h1 tabindex={-1}>{children}</h1>;
}

/** A message in place of a form. */
export function Notice(
  { shape, message, children }: { shape: IconShape; message: Message; children?: Child },
): Child {
  return (
    <div class="notice">
      <Icon shape={shape} />
      <Heading>{message.title}</Heading>
      <p>{message.next}</p>
      {children}
    </div>
  );
}

/** The properties of a {@linkcode Button}. */
export interface JoinButtonProps {
  readonly kind: "primary" | "plain";
  /** @default a click submits the form that the button stands in */
  readonly onClick?: () => void;
  readonly busy?: boolean;
  readonly name?: string;
  readonly children?: Child;
}

/** A button. A busy one takes no click, and stays reachable for screen readers. */
export function Button({ kind, onClick, busy = false, name, children }: JoinButtonProps): Child {
  return (
    <button
      type={onClick ? "button" : "submit"}
      class={`button ${kind}`}
      aria-busy={String(busy)}
      aria-disabled={String(busy)}
      data-name={name}
      {...onClick && { onClick }}
    >
      {children}
    </button>
  );
}

/** The words about the link's organization. */
export function aboutOrganization(words: AboutOrganization, { organizationName }: Link): string {
  return organizationName === "" ? words.unnamed : fill(words.named, { organization: organizationName });
}

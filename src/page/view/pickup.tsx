import type { Child } from "hono/jsx";
import { refusalOf } from "../state/refusals.ts";
import { isRunning, type PageTap, tapAbout } from "../state/taps.ts";
import type { ViewInput } from "../text/cell_buttons.ts";
import { newsMessage, type StyledMessage, tapMessage } from "../text/styled_messages.ts";
import { Button, type PartProps, Section, Strip } from "./parts.tsx";

/** The form for the pickup code that another person gave this one. */
export function Pickup({ state, texts, actions }: PartProps): Child {
  const tap = tapAbout(state.taps, "pickup");
  const problem = problemOf({ state, texts });
  // An accepted code is used up, so the field is made anew, and is empty. The card shows how its door goes.
  const acceptedTap = tap?.cell === undefined ? undefined : tap.id;
  const shownTap = isRunning(tap) || acceptedTap === undefined ? tap : undefined;
  const off = refusalOf(state, { type: "pickup", code: "" }) !== undefined;
  const message = problem ?? (shownTap && tapMessage(shownTap, texts.messages));
  return (
    <Section id="pickup" title={texts.pickup.title}>
      <form class="card" onSubmit={(event: unknown) => submitted(event as PickupForm, actions?.enterCode)}>
        <label for="code">{texts.pickup.label}</label>
        <div class="row">
          <input
            key={acceptedTap}
            id="code"
            type="text"
            inputmode="numeric"
            enterkeyhint="go"
            autocomplete="off"
            maxlength={24}
            aria-invalid={String(problem !== undefined || isWrong(tap))}
            aria-describedby={message === undefined ? undefined : "code-message"}
          />
          <Button kind="primary" busy={isRunning(tap)} off={off}>{texts.pickup.go}</Button>
        </div>
        {message && (
          <div id="code-message">
            <Strip message={message} state={state} texts={texts} />
          </div>
        )}
      </form>
    </Section>
  );
}

interface PickupForm {
  preventDefault(): void;
  readonly target: { readonly elements: { readonly code: { readonly value: string } } };
}

function submitted(event: PickupForm, enterCode: ((typed: string) => void) | undefined): void {
  event.preventDefault();
  enterCode?.(event.target.elements.code.value);
}

function problemOf({ state, texts }: ViewInput): StyledMessage | undefined {
  const news = state.notice?.news;
  return news?.kind === "no-code" ? newsMessage(news, { mode: state.cabinet.mode, texts }) : undefined;
}

function isWrong(tap: PageTap | undefined): boolean {
  return tap?.step === "ended" && tap.outcome.by === "server" && tap.outcome.reason === "wrong-code";
}

import type { Child } from "hono/jsx";
import { refusalOf } from "../state/refusals.ts";
import { isRunning, tapAbout } from "../state/taps.ts";
import type { ViewInput } from "../text/cell_buttons.ts";
import { newsMessage, type StyledMessage, tapMessage } from "../text/styled_messages.ts";
import { Button, type PartProps, Strip } from "./parts.tsx";

/** The form for recovery codes: it moves a rental to this phone from another one, or from a lost session. */
export function Claim({ state, texts, actions }: PartProps): Child {
  const { claim } = texts;
  const tap = tapAbout(state.taps, "claim");
  const message = problemOf({ state, texts }) ?? (tap && tapMessage(tap, texts.messages));
  const off = refusalOf(state, { type: "claim", number: "", secret: "" }) !== undefined;
  return (
    <details class="claim">
      <summary>{claim.title}</summary>
      <form onSubmit={(event: unknown) => submitted(event as ClaimForm, actions?.claim)}>
        <p>{claim.how}</p>
        <Field name="number" label={texts.recovery.number} />
        <Field name="secret" label={texts.recovery.secret} />
        <Button kind="plain" busy={isRunning(tap)} off={off}>{claim.go}</Button>
        {message && <Strip message={message} state={state} texts={texts} />}
      </form>
    </details>
  );
}

function Field({ name, label }: { name: "number" | "secret"; label: string }): Child {
  return (
    <label>
      {label}
      <input type="text" name={name} inputmode="numeric" autocomplete="off" maxlength={24} />
    </label>
  );
}

interface ClaimForm {
  preventDefault(): void;
  readonly target: { readonly elements: Readonly<Record<"number" | "secret", { readonly value: string }>> };
}

function submitted(
  event: ClaimForm,
  claim: ((typed: { readonly number: string; readonly secret: string }) => void) | undefined,
): void {
  event.preventDefault();
  const { number, secret } = event.target.elements;
  claim?.({ number: number.value, secret: secret.value });
}

function problemOf({ state, texts }: ViewInput): StyledMessage | undefined {
  const news = state.notice?.news;
  const isAboutThis = news?.kind === "result" && news.result === "not-eight-digits";
  return isAboutThis ? newsMessage(news, { mode: state.cabinet.mode, texts }) : undefined;
}

/**
 * Getting something back that was stored on another phone, or before the session was lost.
 *
 * @module
 */
import type { Child } from "hono/jsx";
import { type PartProps, Strip } from "./parts.tsx";
import { refusalOf } from "../state/refusals.ts";
import { isRunning, tapAbout } from "../state/taps.ts";
import { newsTelling, tapTelling, type Telling } from "../text/tellings.ts";

/** See the module. */
export function Claim({ state, texts, actions }: PartProps): Child {
  const { claim } = texts;
  const tap = tapAbout(state.taps, "claim");
  const telling = problemOf({ state, texts }) ?? (tap && tapTelling(tap, texts.told));
  const off = isRunning(tap) || refusalOf(state, { type: "claim", number: "", secret: "" }) !== undefined;
  return (
    <details class="claim">
      <summary>{claim.title}</summary>
      <form onSubmit={(event: unknown) => submitted(event as ClaimForm, actions?.claim)}>
        <p>{claim.how}</p>
        <Field name="number" label={texts.wayBack.number} />
        <Field name="secret" label={texts.wayBack.secret} />
        <button
          type="submit"
          class="button plain"
          aria-busy={String(isRunning(tap))}
          aria-disabled={String(off)}
        >
          {claim.go}
        </button>
        {telling && <Strip telling={telling} />}
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

type Values = { readonly [Name in "number" | "secret"]: { readonly value: string } };

interface ClaimForm {
  preventDefault(): void;
  readonly target: { readonly elements: Values };
}

function submitted(
  event: ClaimForm,
  claim: ((typed: { readonly number: string; readonly secret: string }) => void) | undefined,
): void {
  event.preventDefault();
  const { number, secret } = event.target.elements;
  claim?.({ number: number.value, secret: secret.value });
}

function problemOf({ state, texts }: Pick<PartProps, "state" | "texts">): Telling | undefined {
  const news = state.notice?.news;
  const isAboutThis = news?.kind === "errand" && news.errand === "not-eight-digits";
  return isAboutThis ? newsTelling(news, { mode: state.cabinet.mode, texts }) : undefined;
}

/**
 * Getting something out with a code.
 *
 * @module
 */
import type { Child } from "hono/jsx";
import { type PartProps, Section, Strip } from "./parts.tsx";
import { refusalOf } from "../state/refusals.ts";
import { isRunning, type PageTap, tapAbout } from "../state/taps.ts";
import { newsTelling, tapTelling, type Telling } from "../text/tellings.ts";
import type { Texts } from "../text/texts.ts";

/** What somebody was told by whoever stored a thing for him. */
export function Pickup({ state, texts, actions }: PartProps): Child {
  const tap = tapAbout(state.taps, "pickup");
  const problem = problemOf({ state, texts });
  // A code that was taken is over: the field is made anew, and is empty. What becomes of its door is on the card.
  const taken = tap?.cell === undefined ? undefined : tap.id;
  const told = isRunning(tap) || taken === undefined ? tap : undefined;
  const telling = problem ?? (told && tapTelling(told, texts.told));
  return (
    <Section id="pickup" title={texts.pickup.title}>
      <form class="card" onSubmit={(event: unknown) => submitted(event as PickupForm, actions?.enterCode)}>
        <label for="code">{texts.pickup.label}</label>
        <div class="row">
          <input
            key={taken}
            id="code"
            type="text"
            inputmode="numeric"
            enterkeyhint="go"
            autocomplete="off"
            maxlength={24}
            aria-invalid={String(problem !== undefined || isWrong(tap))}
            aria-describedby={telling === undefined ? undefined : "code-told"}
          />
          <button
            type="submit"
            class="button primary"
            aria-busy={String(isRunning(tap))}
            aria-disabled={String(
              isRunning(tap) || refusalOf(state, { type: "pickup", code: "" }) !== undefined,
            )}
          >
            {texts.pickup.go}
          </button>
        </div>
        {telling && (
          <div id="code-told">
            <Strip telling={telling} />
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

function problemOf({ state, texts }: { state: PartProps["state"]; texts: Texts }): Telling | undefined {
  const news = state.notice?.news;
  return news?.kind === "no-code" ? newsTelling(news, { mode: state.cabinet.mode, texts }) : undefined;
}

function isWrong(tap: PageTap | undefined): boolean {
  return tap?.step === "ended" && tap.outcome.by === "server" && tap.outcome.reason === "wrong-code";
}

/**
 * How a guest comes back to a rental without this page's session: asking for it, and what is to be photographed.
 *
 * @module
 */
import type { Child } from "hono/jsx";
import { Button, type PartProps } from "./parts.tsx";
import { refusalOf } from "../state/refusals.ts";
import { grouped } from "../state/shared.ts";
import { isRunning, tapAbout } from "../state/taps.ts";
import { subjectOf } from "../state/wishes.ts";

interface WayBackProps extends PartProps {
  readonly rental: string;
}

/** Number and password, once they were asked for. */
export function WayBack({ rental, state, texts: { wayBack } }: WayBackProps): Child {
  const shown = state.waysBack.find((one) => one.rental === rental);
  if (shown === undefined) return null;
  return (
    <div class="code way-back">
      <h4>{wayBack.title}</h4>
      <dl>
        <Digits name={wayBack.number} digits={shown.number} />
        <Digits name={wayBack.secret} digits={shown.secret} />
      </dl>
      <p>{wayBack.how}</p>
    </div>
  );
}

/** The button that asks for them; not while the page asks by itself, as where the rental is new. */
export function WantWayBack({ rental, state, texts, actions }: WayBackProps): Child {
  const wish = { type: "way-back", rental } as const;
  const busy = isRunning(tapAbout(state.taps, subjectOf(wish)));
  const isNew = state.taps.has(rental);
  if (state.waysBack.some((one) => one.rental === rental) || (busy && isNew)) return null;
  return (
    <div class="share">
      <Button
        kind="quiet"
        name="way-back"
        busy={busy}
        off={refusalOf(state, wish) !== undefined}
        onClick={() => actions?.ask(wish)}
      >
        {texts.wayBack.show}
      </Button>
    </div>
  );
}

function Digits({ name, digits }: { name: string; digits: string }): Child {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <span aria-hidden="true">{grouped(digits)}</span>
        <span class="spoken">{[...digits].join(" ")}</span>
      </dd>
    </div>
  );
}

import type { Child } from "hono/jsx";
import { grouped } from "../state/pickup_codes.ts";
import { refusalOf } from "../state/refusals.ts";
import { subjectOf } from "../state/tap_requests.ts";
import { isRunning, tapAbout } from "../state/taps.ts";
import { Button, type PartProps } from "./parts.tsx";

interface RecoveryProps extends PartProps {
  readonly rental: string;
}

/** Number and password, once the server has sent them. */
export function RecoveryCode({ rental, state, texts: { recovery } }: RecoveryProps): Child {
  const shown = state.recoveryCodes.find((one) => one.rental === rental);
  if (shown === undefined) return null;
  return (
    <div class="code recovery">
      <h4>{recovery.title}</h4>
      <dl>
        <Digits name={recovery.number} digits={shown.number} />
        <Digits name={recovery.secret} digits={shown.secret} />
      </dl>
      <p>{recovery.how}</p>
    </div>
  );
}

/** The button that asks for the code. A new rental has none: the page asks for that code by itself. */
export function RecoveryButton({ rental, state, texts, actions }: RecoveryProps): Child {
  const request = { type: "way-back", rental } as const;
  const busy = isRunning(tapAbout(state.taps, subjectOf(request)));
  const isNew = state.taps.has(rental);
  if (state.recoveryCodes.some((one) => one.rental === rental) || (busy && isNew)) return null;
  return (
    <div class="share">
      <Button
        kind="quiet"
        name="recovery"
        busy={busy}
        off={refusalOf(state, request) !== undefined}
        onClick={() => actions?.tap(request)}
      >
        {texts.recovery.show}
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

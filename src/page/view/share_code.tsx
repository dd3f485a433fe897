import type { Child } from "hono/jsx";
import { grouped, type SharedCode } from "../state/pickup_codes.ts";
import { refusalOf } from "../state/refusals.ts";
import type { MyRental } from "../state/state.ts";
import { subjectOf } from "../state/tap_requests.ts";
import { isRunning, tapAbout } from "../state/taps.ts";
import type { ViewInput } from "../text/cell_buttons.ts";
import { formatTime } from "../text/format_time.ts";
import { fill } from "../text/texts.ts";
import { Button, type PartProps } from "./parts.tsx";

interface ShareProps extends PartProps {
  readonly rental: MyRental;
}

/** The rental's pickup code, for passing on to another person, and the button that asks for one. */
export function ShareCode({ rental, state, texts, actions }: ShareProps): Child {
  const request = { type: "share", rental: rental.rental } as const;
  const shared = state.sharedCodes.find((one) => one.rental === rental.rental);
  const busy = isRunning(tapAbout(state.taps, subjectOf(request)));
  const share = (
    <Button
      kind="quiet"
      name="share"
      busy={busy}
      off={refusalOf(state, request) !== undefined}
      onClick={() => actions?.tap(request)}
    >
      {shared === undefined ? texts.mine.share : texts.share.renew}
    </Button>
  );
  if (shared === undefined) return <div class="share">{share}</div>;
  const message = messageOf(shared, { rental, state, texts });
  return (
    <div class="share code">
      <h4>{texts.share.title}</h4>
      <p class="digits">
        <span aria-hidden="true">{grouped(shared.code)}</span>
        <span class="spoken">{[...shared.code].join(" ")}</span>
      </p>
      <p>{fill(texts.share.until, { t: untilOf(shared, { state, texts }) })}</p>
      <p>{texts.share.how}</p>
      <div class="row">
        <Button kind="plain" name="copy" onClick={() => actions?.copy(message)}>{texts.share.copy}</Button>
        {share}
      </div>
    </div>
  );
}

function messageOf(shared: SharedCode, { rental, state, texts }: Omit<ShareProps, "actions">): string {
  return fill(texts.share.message, {
    name: state.cabinet.name,
    n: rental.cell,
    code: grouped(shared.code),
    t: untilOf(shared, { state, texts }),
  });
}

function untilOf({ untilMs }: SharedCode, input: ViewInput): string {
  return formatTime(new Date(untilMs).toISOString(), input);
}

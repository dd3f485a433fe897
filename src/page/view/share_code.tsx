/**
 * A pickup code for somebody else: asking for one, and passing it on.
 *
 * @module
 */
import type { Child } from "hono/jsx";
import { momentOf } from "../text/moments.ts";
import { Button, type PartProps } from "./parts.tsx";
import { refusalOf } from "../state/refusals.ts";
import { grouped, type SharedCode } from "../state/shared.ts";
import type { MyRental } from "../state/state.ts";
import { isRunning, tapAbout } from "../state/taps.ts";
import { fill } from "../text/texts.ts";
import { subjectOf } from "../state/wishes.ts";

interface ShareProps extends PartProps {
  readonly rental: MyRental;
}

/** See the module. */
export function ShareCode({ rental, state, texts, actions }: ShareProps): Child {
  const wish = { type: "share", rental: rental.rental } as const;
  const shared = state.shared.find((one) => one.rental === rental.rental);
  const busy = isRunning(tapAbout(state.taps, subjectOf(wish)));
  const share = (
    <Button
      kind="quiet"
      name="share"
      busy={busy}
      off={refusalOf(state, wish) !== undefined}
      onClick={() => actions?.ask(wish)}
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

function untilOf({ untilMs }: SharedCode, seen: Pick<PartProps, "state" | "texts">): string {
  return momentOf(new Date(untilMs).toISOString(), seen);
}

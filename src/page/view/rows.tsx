import type { Child } from "hono/jsx";
import { grouped } from "../state/pickup_codes.ts";
import { isDoorProblem } from "../text/styled_messages.ts";
import { fill } from "../text/texts.ts";
import { Claim } from "./claim.tsx";
import { ContactWords } from "./contact.tsx";
import { Icon } from "./icons.tsx";
import { Button, Help, type PartProps } from "./parts.tsx";

/** The rows, at the end of the page in every mode. */
export function Rows({ state, texts, actions }: PartProps): Child {
  const { contact } = state.cabinet;
  return (
    <div class="list">
      <Help id="help" open={opensHelp(state)} state={state} texts={texts} />
      {contact && (
        <section class="help-row" aria-labelledby="contact-title">
          <h2 id="contact-title">{texts.contact.title}</h2>
          <ContactWords contact={contact} />
        </section>
      )}
      {state.cabinet.mode === "storage" && <Claim state={state} texts={texts} actions={actions} />}
      {state.scan !== "no" && (
        <button
          type="button"
          class="scan"
          data-name="scan"
          aria-busy={String(state.scan === "busy")}
          onClick={() => actions?.scan()}
        >
          <Icon shape={state.scan === "busy" ? "spinner" : "scan"} />
          {state.scan === "busy" ? texts.scan.busy : texts.scan.start}
        </button>
      )}
      <Me state={state} texts={texts} actions={actions} />
    </div>
  );
}

/** Whether the help is open for the latest news. In mode `storage` a rental's card has help of its own. */
export function opensHelp({ notice, cabinet }: PartProps["state"]): boolean {
  return cabinet.mode !== "storage" && notice?.news.kind === "outcome" && isDoorProblem(notice.news.tap);
}

/** The person's account. Leaving takes a second tap, on another button, after the page has said what is lost. */
function Me(part: PartProps): Child {
  const { state: { account, you }, texts: { me } } = part;
  return (
    <details class="me">
      <summary>{me.title}</summary>
      <div class="buttons">
        {you.number && <p>{fill(me.number, { number: grouped(you.number) })}</p>}
        {account === "leave?" || account === "remove?"
          ? <Sure leaving={account} {...part} />
          : <Leave {...part} />}
      </div>
    </details>
  );
}

/** A guest who rents a cell cannot sign out: they could not open it any more. */
function Leave({ state: { account, you, rentals }, texts: { me }, actions }: PartProps): Child {
  const busy = account === "working";
  const isHolding = you.guest === true && rentals.some(({ state }) => state !== "ended");
  return (
    <>
      <a class="button plain" data-name="download" href="/me/copy">{me.download}</a>
      {isHolding ? <p>{me.holding}</p> : (
        <Button
          kind="plain"
          name="want-sign-out"
          busy={busy}
          onClick={() => actions?.confirmLeaving("leave?")}
        >
          {busy ? me.working : me.signOut}
        </Button>
      )}
      <Button kind="quiet" name="want-removal" busy={busy} onClick={() => actions?.confirmLeaving("remove?")}>
        {me.remove}
      </Button>
    </>
  );
}

function Sure({ leaving, state: { you }, texts: { me }, actions }: PartProps & SureProps): Child {
  const isRemoval = leaving === "remove?";
  return (
    <>
      <p>{isRemoval ? me.note : me.lost[you.guest ? "guest" : "member"]}</p>
      <Button
        kind="danger"
        name={isRemoval ? "remove" : "sign-out"}
        onClick={() => isRemoval ? actions?.remove() : actions?.signOut()}
      >
        {isRemoval ? me.sure : me.leave}
      </Button>
      <Button kind="plain" name="keep" onClick={() => actions?.cancelLeaving()}>{me.cancel}</Button>
    </>
  );
}

interface SureProps {
  readonly leaving: "leave?" | "remove?";
}

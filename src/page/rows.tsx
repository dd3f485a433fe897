/**
 * The rows at the end of the page: help, another cabinet, and the person's account.
 *
 * @module
 */
import type { Child } from "hono/jsx";
import { Icon } from "./icons.tsx";
import { Button, Help, type PartProps } from "./parts.tsx";
import { isJam } from "./tellings.ts";

/** See the module. */
export function Rows({ state, texts, actions }: PartProps): Child {
  return (
    <div class="list">
      <Help id="help" open={wantsHelp(state)} texts={texts} />
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

/** Whether the news lead here: what is about a rental has help of its own beside it. */
export function wantsHelp({ notice, cabinet }: PartProps["state"]): boolean {
  return cabinet.mode !== "storage" && notice?.news.kind === "outcome" && isJam(notice.news.tap);
}

/** Removing takes a second tap, on another button. */
function Me({ state: { account }, texts: { me }, actions }: PartProps): Child {
  return (
    <details class="me">
      <summary>{me.title}</summary>
      {account === "asked"
        ? (
          <div class="deeds">
            <p>{me.note}</p>
            <Button kind="danger" name="remove" onClick={() => actions?.remove()}>{me.sure}</Button>
            <Button kind="plain" name="keep" onClick={() => actions?.keepAccount()}>{me.cancel}</Button>
          </div>
        )
        : (
          <div class="deeds">
            <Button
              kind="plain"
              name="sign-out"
              busy={account === "working"}
              onClick={() => actions?.signOut()}
            >
              {account === "working" ? me.working : me.signOut}
            </Button>
            <Button
              kind="quiet"
              name="want-removal"
              busy={account === "working"}
              onClick={() => actions?.wantRemoval()}
            >
              {me.remove}
            </Button>
          </div>
        )}
    </details>
  );
}

/**
 * Whether to give the cell back or only to open it: asked once, in a dialog that covers half of the screen.
 *
 * @module
 */
import type { Child } from "hono/jsx";
import { Icon } from "./icons.tsx";
import { Button, type PartProps } from "./parts.tsx";
import { rentalOf } from "../state/rentals.ts";
import { fill } from "../text/texts.ts";

/** See the module. Whatever closes it changes nothing, but the two buttons. */
export function Taking({ state, texts: { taking, mine }, actions }: PartProps): Child {
  const rental = state.asking === undefined ? undefined : rentalOf(state, state.asking);
  if (rental === undefined) return null;
  const { rental: id, cell } = rental;
  const close = () => actions?.askAbout(undefined);
  return (
    <dialog
      class="sheet"
      ref={openModal}
      aria-labelledby="taking-title"
      onClose={close}
      onClick={onMask(close)}
    >
      <div class="sheet-body">
        <button type="button" class="close" data-name="close" aria-label={taking.close} onClick={close}>
          <Icon shape="close" />
        </button>
        <h2 id="taking-title">{fill(taking.title, { n: cell })}</h2>
        <p>{taking.next}</p>
        <div class="deeds">
          <Button kind="plain" name="retrieve" onClick={() => actions?.ask({ type: "retrieve", rental: id })}>
            <span class="main">{mine.retrieve.main}</span>
            <span class="sub">{mine.retrieve.sub}</span>
          </Button>
          <Button kind="primary" name="reopen" onClick={() => actions?.ask({ type: "reopen", rental: id })}>
            <span class="main">{mine.reopen.main}</span>
            <span class="sub">{mine.reopen.sub}</span>
          </Button>
        </div>
      </div>
    </dialog>
  );
}

/** The part of an element that is a dialog which is used here. Safari has it from 15.4 on. */
interface Modal {
  readonly isConnected: boolean;
  showModal?(): void;
  close?(): void;
  setAttribute(name: string, value: string): void;
}

/** The browser keeps the keyboard inside, closes it by Escape, and then gives the keyboard back to where it was. */
function openModal(dialog: Modal): () => void {
  // It is not in the document yet.
  queueMicrotask(() => {
    if (!dialog.isConnected) return;
    if (dialog.showModal) dialog.showModal();
    else dialog.setAttribute("open", "");
  });
  return () => dialog.close?.();
}

/** What is beside the dialog's content is the dialog itself. */
function onMask(close: () => void): (event: unknown) => void {
  return (event) => {
    const { target, currentTarget } = event as { readonly target: unknown; readonly currentTarget: unknown };
    if (target === currentTarget) close();
  };
}

import type { Child } from "hono/jsx";
import { rentalOf } from "../state/rentals.ts";
import { fill } from "../text/texts.ts";
import { Icon } from "./icons.tsx";
import { Button, type PartProps } from "./parts.tsx";

/**
 * The dialog that asks whether to give the cell back or only to open it. It covers half of the screen. Only its two buttons
 * change something; closing it does not.
 */
export function TakeDialog({ state, texts: { takeDialog, mine }, actions }: PartProps): Child {
  const rental = state.takeDialog === undefined ? undefined : rentalOf(state, state.takeDialog);
  if (rental === undefined) return null;
  const { rental: id, cell } = rental;
  const close = () => actions?.showTakeDialog(undefined);
  return (
    <dialog
      class="sheet"
      ref={openModal}
      aria-labelledby="take-dialog-title"
      onClose={close}
      onClick={onBackdrop(close)}
    >
      <div class="sheet-body">
        <button type="button" class="close" data-name="close" aria-label={takeDialog.close} onClick={close}>
          <Icon shape="close" />
        </button>
        <h2 id="take-dialog-title">{fill(takeDialog.title, { n: cell })}</h2>
        <p>{takeDialog.next}</p>
        <div class="buttons">
          <Button kind="plain" name="retrieve" onClick={() => actions?.tap({ type: "retrieve", rental: id })}>
            <span class="main">{mine.retrieve.main}</span>
            <span class="sub">{mine.retrieve.sub}</span>
          </Button>
          <Button kind="primary" name="reopen" onClick={() => actions?.tap({ type: "reopen", rental: id })}>
            <span class="main">{mine.reopen.main}</span>
            <span class="sub">{mine.reopen.sub}</span>
          </Button>
        </div>
      </div>
    </dialog>
  );
}

/** The part of a `dialog` element that is used here. Safari has its methods from 15.4 on. */
interface Modal {
  readonly isConnected: boolean;
  showModal?(): void;
  close?(): void;
  setAttribute(name: string, value: string): void;
}

/** The browser keeps the focus inside, closes the dialog on Escape, and then returns the focus. */
function openModal(dialog: Modal): () => void {
  // The element is not in the document yet.
  queueMicrotask(() => {
    if (!dialog.isConnected) return;
    if (dialog.showModal) dialog.showModal();
    else dialog.setAttribute("open", "");
  });
  return () => dialog.close?.();
}

/** A click beside the dialog's content has the dialog itself as its target. */
function onBackdrop(close: () => void): (event: unknown) => void {
  return (event) => {
    const { target, currentTarget } = event as { readonly target: unknown; readonly currentTarget: unknown };
    if (target === currentTarget) close();
  };
}

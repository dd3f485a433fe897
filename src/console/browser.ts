// The parts of the browser's API that the console uses and the server's types lack.
import type { render } from "hono/jsx/dom";

type Container = Parameters<typeof render>[1] & { readonly textContent: string | null };

declare const document: {
  getElementById(id: string): Container | null;
  querySelector(selector: string): { focus(): void } | null;
};
declare const history: { replaceState(state: null, unused: "", url: string): void };

/**
 * The element of the page's own markup with this id.
 *
 * @throws {Error} if there is none
 */
export function elementOf(id: string): Container {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`Cannot start the page: it has no #${id}`);
  return element;
}

/** Moves the focus to the first element that one of the selectors finds. */
export function focusFirst(...selectors: readonly string[]): void {
  for (const selector of selectors) {
    const element = document.querySelector(selector);
    if (element) return element.focus();
  }
}

/**
 * Takes what stands behind `#` out of the address: what remains is in no history, bookmark or picture of the screen.
 *
 * @returns empty: nothing stood there
 */
export function takeFragment(): string {
  const fragment = location.hash.slice(1);
  if (location.href.includes("#")) history.replaceState(null, "", location.pathname + location.search);
  return fragment;
}

/** Calls back when another fragment is opened in the same tab, for which browsers do not load the page again. */
export function onFragment(listener: () => void): void {
  addEventListener("hashchange", listener);
}

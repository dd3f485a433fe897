/**
 * What people do on the page to which a link of staff leads.
 *
 * @module
 */
import type { Phone } from "./browser.ts";

/** Opens a link as from a bookmark, and waits until it is known what it is for. */
export async function follow({ page }: Phone, link: string): Promise<void> {
  // From another document: browsers do not load a page again for another fragment.
  await page.goto("about:blank");
  await page.goto(link);
  await page.waitForSelector('main:not([data-step="looking"])');
}

/** Fills fields and sends the form. */
export async function send({ page }: Phone, typed: Readonly<Record<string, string>> = {}): Promise<void> {
  for (const [field, text] of Object.entries(typed)) await page.fill(`#${field}`, text);
  await page.click('[data-name="submit"]');
}

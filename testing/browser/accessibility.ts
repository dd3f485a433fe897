/**
 * What axe-core finds on a page.
 *
 * @module
 */
import { deepEqual } from "node:assert/strict";
import axe from "axe-core";
import { until } from "../until.ts";
import type { Phone } from "./browser.ts";

/** Asserts that axe finds no violations, in light and dark colours. @param step names the page's state */
export async function isSound(phone: Phone, step: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await phone.page.emulateMedia({ colorScheme });
    // Colours in the middle of a transition do not count.
    await until(() =>
      phone.look("document.getAnimations().every(({ transitionProperty }) => !transitionProperty)")
    );
    const found = await violations(phone);
    deepEqual(found.map((one) => `${step}, ${colorScheme}: ${one}`), []);
  }
}

/** The violations, by rule, with their elements. */
async function violations(phone: Phone): Promise<string[]> {
  // The page's content policy allows no such script, but does not apply to the browser's own tools.
  await phone.page.evaluate(`globalThis.axe ? 0 : (() => { ${axe.source}\n; })()`);
  return await phone.look(`axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) =>
      id + ": " + html.slice(0, 200) + " " + failureSummary)))`);
}

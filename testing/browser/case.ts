/**
 * One test in a browser, with a scene of its own.
 *
 * @module
 */
import { deepEqual } from "node:assert/strict";
import type { Browser } from "playwright-core";
import { texts } from "../../src/page/text/languages.ts";
export { fillMessage } from "../../src/page/text/texts.ts";
import { launch, missing } from "./browser.ts";
import { Scene } from "./scene.ts";

/** The page's words. */
export const { zh, en } = texts;

const whyLeftOut = missing();

/** What a browser itself writes to the console while a service is away. */
export const AWAY = /^WebSocket connection to '[^']*' failed|^Failed to load resource: net::ERR_CONNECTION/;

let browser: Promise<Browser> | undefined;

Deno.test.afterAll(async () => {
  // A browser that did not start has failed the tests that wanted it.
  await (await browser?.catch(() => undefined))?.close();
});

/** What is special about a case. */
export interface Case {
  /** More of the program's environment. */
  readonly env?: Record<string, string>;
  /** What the browser may complain about in this case. */
  readonly expected?: RegExp;
}

/** One test with a scene of its own. However it goes, the phones must have nothing to complain about. */
export function pageTest(
  name: string,
  run: (scene: Scene) => Promise<void>,
  { env, expected }: Case = {},
): void {
  Deno.test({
    name: whyLeftOut === undefined ? name : `${name} (${whyLeftOut})`,
    ignore: whyLeftOut !== undefined,
    // The browser outlives the test, and Playwright keeps pipes and timers for it.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      browser ??= launch();
      await using scene = await Scene.start(await browser, env);
      await run(scene);
      const complaints = scene.phones.flatMap((phone) => phone.complaints);
      deepEqual(complaints.filter((text) => !expected?.test(text)), []);
    },
  });
}

/**
 * One test in a browser, with a scene of its own.
 *
 * @module
 */
import { deepEqual } from "node:assert/strict";
import type { Browser } from "playwright-core";
import { texts } from "../../src/page/text/languages.ts";
export { fillMessage } from "../../src/page/text/texts.ts";
import { launch, whyNoBrowser } from "./browser.ts";
import { Scene } from "./scene.ts";
import { testUnless } from "../test_run.ts";

/** The page's texts. */
export const { zh, en } = texts;

/** What a browser itself writes to the console while a service is away. */
export const AWAY = /^WebSocket connection to '[^']*' failed|^Failed to load resource: net::ERR_CONNECTION/;

let browser: Promise<Browser> | undefined;

Deno.test.afterAll(async () => {
  // A browser that did not start has failed its tests already.
  await (await browser?.catch(() => undefined))?.close();
});

/** The options of a case. */
export interface Case {
  /** Further environment variables of the program. */
  readonly env?: Record<string, string>;
  /** Complaints of the browser that this case allows. */
  readonly expected?: RegExp;
}

/** One test with a scene of its own. In every test the phones must have no other complaints. */
export function pageTest(
  name: string,
  run: (scene: Scene) => Promise<void>,
  { env, expected }: Case = {},
): void {
  testUnless(whyNoBrowser(), name, {
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

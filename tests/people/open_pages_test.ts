/**
 * A person with as many pages open as there may be: one more is refused, until one of them is closed; others come in.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import { putCabinet } from "../../testing/api.ts";
import { tempFolder } from "../../testing/folders.ts";
import { guestCookie, Page } from "../../testing/page.ts";
import { Program } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { PERSON } from "../../src/lib/limits.ts";

Deno.test("a person's open pages have a limit, and nobody else's count for it", async () => {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await tempFolder());
  const program = stack.use(await Program.start(folder.path));
  await putCabinet(program, "cab");
  const cookie = await guestCookie(program, "cab");
  const pages: Page[] = [];
  while (pages.length < PERSON.socketsMax) pages.push(stack.use(await Page.open(program, "cab", cookie)));
  const status = async () => {
    const response = await fetch(`${program.url}/talk?cabinet=cab`, { headers: { cookie } });
    await response.body?.cancel();
    return response.status;
  };
  equal(await status(), 429);
  stack.use(await Page.open(program, "cab", await guestCookie(program, "cab")));
  await pages[0]?.[Symbol.asyncDispose]();
  let saw = 0;
  await until(async () => (saw = await status()) === 200, { saw: () => saw });
  stack.use(await Page.open(program, "cab", cookie));
});

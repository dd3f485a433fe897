import assert from "node:assert/strict";
import { checkPage } from "./page_check.ts";

const permissions = "none";

async function reloads(answer: () => Response): Promise<number> {
  let count = 0;
  await checkPage({
    url: "https://kaigui.test/c/1",
    fetch: () => new Promise((resolve) => resolve(answer())),
    reload: () => count++,
  });
  return count;
}

Deno.test({
  name: "checkPage() reloads when the server does not show the page any more",
  permissions,
  async fn() {
    for (const status of [302, 401, 403, 404]) {
      assert.equal(await reloads(() => new Response("", { status })), 1, String(status));
    }
    const redirected = Object.defineProperty(Response.error(), "type", { value: "opaqueredirect" });
    assert.equal(await reloads(() => redirected), 1);
  },
});

Deno.test({
  name: "checkPage() does not reload when all is well or the server fails",
  permissions,
  async fn() {
    for (const status of [200, 500, 502, 503]) {
      assert.equal(await reloads(() => new Response("", { status })), 0, String(status));
    }
    const unreachable = () => {
      throw new TypeError("Failed to fetch");
    };
    assert.equal(await reloads(unreachable), 0);
  },
});

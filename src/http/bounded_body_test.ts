import { deepEqual, equal } from "node:assert/strict";
import { Hono } from "hono";
import { Client, serve } from "../../testing/rigs/http_server.ts";
import { until } from "../../testing/until.ts";
import { BodyTooLongError, boundedBody } from "./bounded_body.ts";

/** An app in which a body may have 10 bytes, or 20 below `/long`. */
function rig() {
  const app = new Hono();
  const failed: unknown[] = [];
  app.use(boundedBody((path) => path.startsWith("/long") ? 20 : 10));
  app.onError((error, c) => {
    failed.push(error);
    return c.text("failed", error instanceof BodyTooLongError ? 413 : 500);
  });
  app.post("/read", async (c) => c.text(await c.req.text()));
  app.post("/long", async (c) => c.text(await c.req.text()));
  app.post("/careless", async (c) => c.text(await c.req.text().catch(() => "nothing")));
  app.post("/blind", (c) => c.text("read nothing"));
  const post = async (path: string, body: BodyInit | null) => {
    const response = await app.request(path, { method: "POST", body });
    return [response.status, await response.text()];
  };
  return { post, failed };
}

/** A body without an end, and how much of it was taken. */
function endless() {
  const taken = { bytes: 0 };
  const body = new ReadableStream({
    pull(controller) {
      taken.bytes += 4;
      controller.enqueue(new Uint8Array(4).fill(0x61));
    },
  });
  return { taken, body };
}

Deno.test("boundedBody() lets through what is not too long, and no body at all", async () => {
  const { post } = rig();
  deepEqual(await post("/read", "0123456789"), [200, "0123456789"]);
  deepEqual(await post("/read", null), [200, ""]);
  deepEqual(await post("/long", "0123456789abc"), [200, "0123456789abc"]);
});

Deno.test("boundedBody() reads no further than it takes to see that a body is too long", async () => {
  const { post, failed } = rig();
  const { taken, body } = endless();
  deepEqual(await post("/read", body), [413, "failed"]);
  equal(failed[0] instanceof BodyTooLongError, true);
  equal(taken.bytes < 50, true, `${taken.bytes} bytes`);
  deepEqual((await post("/long", "x".repeat(21)))[0], 413);
});

Deno.test("boundedBody() answers 413 for a route that ignores the error", async () => {
  const { post } = rig();
  deepEqual(await post("/careless", "x".repeat(11)), [413, "A body may have 10 bytes"]);
});

Deno.test("boundedBody() reads nothing for a route that reads nothing", async () => {
  const { post } = rig();
  const { taken, body } = endless();
  deepEqual(await post("/blind", body), [200, "read nothing"]);
  equal(taken.bytes < 50, true, `${taken.bytes} bytes`);
});

Deno.test("boundedBody() lets a route see that its caller has hung up", async () => {
  const seen: string[] = [];
  const app = new Hono();
  app.use(boundedBody(() => 10));
  app.post("/", async (c) => {
    seen.push(await c.req.text());
    await until(() => c.req.raw.signal.aborted);
    seen.push("aborted");
    return c.text("nobody reads it");
  });
  using rig = await serve((request) => app.fetch(request));
  const client = await Client.connect(rig.port);
  await client.say("POST / HTTP/1.1\r\nHost: k\r\nContent-Length: 3\r\n\r\nabc");
  await until(() => seen.length === 1);
  client[Symbol.dispose]();
  await until(() => seen.length === 2, { saw: () => seen });
  deepEqual(seen, ["abc", "aborted"]);
});

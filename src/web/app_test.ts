import { deepEqual, equal } from "node:assert/strict";
import { HTTP, WECHAT } from "../lib/limits.ts";
import { Networks } from "../lib/networks.ts";
import type { WebContext } from "./app.ts";
import { webApp } from "./app.ts";
import { access } from "../../testing/rigs/operator.ts";

const LOOPBACK = new Networks(["127.0.0.0/8"]);
const HERE = { remoteAddr: { transport: "tcp", hostname: "127.0.0.1", port: 50_000 } };

/** The app over rooms that nothing is asked of. */
function rig(more: Partial<WebContext>) {
  const statuses: number[] = [];
  const app = webApp({
    reached: { publicUrl: undefined, trustedProxies: 0 },
    users: {},
    operator: { token: "secret", access },
    assets: new Map(),
    missing: () => Promise.resolve("the database does not answer"),
    failed: () => {},
    answered: (status: number) => statuses.push(status),
    ...more,
  } as unknown as WebContext);
  const get = async (path: string) => (await app.request(path, {}, HERE)).status;
  return { app, get, statuses };
}

Deno.test("webApp() tells the status of every request, of those that fail too", async () => {
  const { get, statuses } = rig({
    metrics: { text: () => Promise.reject(new Error("no figures")), from: LOOPBACK },
  });
  const answers = [];
  for (
    const path of ["/healthz", "/readyz", "/metrics", "/nowhere", "/api/v1/status", "/api/v1/openapi.json"]
  ) {
    answers.push(await get(path));
  }
  deepEqual(answers, [200, 503, 500, 404, 401, 200]);
  deepEqual(statuses, answers);
});

Deno.test("webApp() has no metrics where nothing is measured", async () => {
  equal(await rig({}).get("/metrics"), 404);
  equal(
    await rig({ metrics: { text: () => Promise.resolve("kaigui_a 1\n"), from: LOOPBACK } }).get("/metrics"),
    200,
  );
});

Deno.test("webApp() bounds the body of every route, whether it thinks of it or not", async () => {
  const { app } = rig({});
  app.post("*", async (c) => c.text(String((await c.req.arrayBuffer()).byteLength)));
  const post = (path: string, bytes: number) =>
    app.request(path, { method: "POST", body: new Uint8Array(bytes) }, HERE);
  for (
    const [path, bytesMax] of [["/any", HTTP.bodyBytesMax], ["/wechat/push", WECHAT.pushBytesMax]] as const
  ) {
    equal(await (await post(path, bytesMax)).text(), String(bytesMax));
    const answer = await post(path, bytesMax + 1);
    deepEqual([answer.status, await answer.text()], [413, `A body may have ${bytesMax} bytes`]);
  }
});

Deno.test("webApp() tells of a WebSocket that was opened as of 101", async () => {
  const { app, statuses } = rig({});
  app.get("/socket", () => new Response());
  app.get("/page", (c) => c.text("page"));
  for (const env of [HERE, { ...HERE, wss: {} }]) {
    for (const path of ["/socket", "/page"]) await app.request(path, {}, env);
  }
  deepEqual(statuses, [200, 200, 101, 200]);
});

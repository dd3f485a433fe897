import { deepEqual, equal, match } from "node:assert/strict";
import { Hono } from "hono";
import { metricsRoute } from "./metrics_route.ts";

const INSIDE = "10.0.0.7";
const OUTSIDE = "203.0.113.9";
const RIGHT = { authorization: "Bearer secret" };

/** Asks from an address. */
async function asked(hostname: string, headers: Record<string, string> = {}): Promise<Response> {
  const app = new Hono().get("/metrics", metricsRoute({ metrics: () => "kaigui_a 1\n", token: "secret" }));
  const remoteAddr: Deno.NetAddr = { transport: "tcp", hostname, port: 50_000 };
  return await app.request("/metrics", { headers }, { remoteAddr });
}

Deno.test("metricsRoute() answers whoever asks from inside, in Prometheus' format", async () => {
  const response = await asked(INSIDE);
  equal(response.status, 200);
  equal(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  equal(response.headers.get("cache-control"), "no-store");
  equal(await response.text(), "kaigui_a 1\n");
});

Deno.test("metricsRoute() answers whoever sends the operator's token, and nobody else from outside", async () => {
  equal((await asked(OUTSIDE, RIGHT)).status, 200);
  for (const headers of [{}, { authorization: "Bearer guess" }, { authorization: "secret" }]) {
    const response = await asked(OUTSIDE, headers);
    deepEqual([response.status, response.headers.get("www-authenticate")], [401, "Bearer"]);
    match(await response.text(), /operator token/);
  }
});

Deno.test("metricsRoute() takes what a proxy passes on for what it is: from anywhere", async () => {
  for (
    const header of [
      "X-Forwarded-For",
      "Forwarded",
      "Via",
      "X-Real-IP",
      "X-Forwarded-Proto",
      "CF-Connecting-IP",
    ]
  ) {
    for (const value of [INSIDE, OUTSIDE, ""]) {
      equal((await asked("127.0.0.1", { [header]: value })).status, 401, `${header}: ${value}`);
    }
    equal((await asked("127.0.0.1", { [header]: OUTSIDE, ...RIGHT })).status, 200, header);
  }
});

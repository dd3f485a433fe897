import { deepEqual, equal, match } from "node:assert/strict";
import { type Context, Hono } from "hono";
import { clientAddress } from "../http/client_address.ts";
import { Networks } from "../lib/networks.ts";
import { readSettings } from "../app/settings/settings.ts";
import { metricsRoute } from "./metrics_route.ts";

const HERE = "127.0.0.1";
const BESIDE = "10.0.0.7";
const OUTSIDE = "203.0.113.9";
/** A proxy in front does not make its word true here. */
const REACHED = { publicUrl: undefined, trustedProxies: 1 };
const RIGHT = { authorization: "Bearer secret" };

const tokens = {
  admits: (c: Context) => Promise.resolve(c.req.header("authorization") === RIGHT.authorization),
};

/** Asks from an address, where the setting `METRICS_FROM` says that. */
async function asked(
  hostname: string,
  { headers = {}, setting = "" }: { headers?: Record<string, string>; setting?: string } = {},
): Promise<Response> {
  const { metricsFrom } = readSettings((name) => name === "METRICS_FROM" ? setting : undefined);
  const source = { text: () => Promise.resolve("kaigui_a 1\n"), from: new Networks(metricsFrom) };
  const app = new Hono().use(clientAddress(REACHED)).get("/metrics", metricsRoute(source, tokens));
  const remoteAddr: Deno.NetAddr = { transport: "tcp", hostname, port: 50_000 };
  return await app.request("/metrics", { headers }, { remoteAddr });
}

Deno.test("metricsRoute() answers this machine, in Prometheus' format", async () => {
  for (const address of [HERE, "127.8.8.8", "::1", "::ffff:127.0.0.1"]) {
    const response = await asked(address);
    equal(response.status, 200, address);
    equal(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    equal(response.headers.get("cache-control"), "no-store");
    equal(await response.text(), "kaigui_a 1\n");
  }
});

Deno.test("metricsRoute() answers those who send the operator's token, and nobody else from elsewhere", async () => {
  for (
    const address of [BESIDE, "192.168.1.20", "172.17.0.1", "169.254.1.1", "fd00::1", "fe80::1", OUTSIDE, ""]
  ) {
    equal((await asked(address, { headers: RIGHT })).status, 200, address);
    for (const headers of [{}, { authorization: "Bearer guess" }, { authorization: "secret" }]) {
      const response = await asked(address, { headers });
      deepEqual([response.status, response.headers.get("www-authenticate")], [401, "Bearer"], address);
      match(await response.text(), /operator token.*METRICS_FROM/);
    }
  }
});

Deno.test("metricsRoute() answers from where METRICS_FROM says, and from nowhere else", async () => {
  const status = async (address: string, setting: string) => (await asked(address, { setting })).status;
  deepEqual([await status(BESIDE, "10.0.0.0/8"), await status(HERE, "10.0.0.0/8")], [200, 401]);
  deepEqual([await status(BESIDE, "127.0.0.1, 10.0.0.7"), await status(HERE, "127.0.0.1,10.0.0.7")], [
    200,
    200,
  ]);
  equal(await status(HERE, "none"), 401);
});

Deno.test("metricsRoute() takes what a proxy passes on for what it is: from anywhere", async () => {
  for (
    const header of [
      "X-Forwarded-For",
      "X-Forwarded-Host",
      "X-Forwarded-Port",
      "Forwarded",
      "Via",
      "X-Real-IP",
      "X-Forwarded-Proto",
      "CF-Connecting-IP",
    ]
  ) {
    for (const value of [HERE, OUTSIDE, ""]) {
      equal((await asked(HERE, { headers: { [header]: value } })).status, 401, `${header}: ${value}`);
    }
    equal((await asked(HERE, { headers: { [header]: OUTSIDE, ...RIGHT } })).status, 200, header);
  }
});

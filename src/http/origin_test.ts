import { equal } from "node:assert/strict";
import { Hono } from "hono";
import { clientAddress, type Reached } from "./client_address.ts";
import { isOwnOrigin, type OwnOrigins } from "./origin.ts";

const OWN: OwnOrigins = { publicUrl: undefined, mini: false };

/** Whether a request with these headers may use a cookie. */
async function isOwn(
  headers: Record<string, string>,
  { trustedProxies = 0, ...own }: Partial<OwnOrigins & Reached> = {},
): Promise<boolean> {
  const origins = { ...OWN, ...own };
  const app = new Hono().use(clientAddress({ ...origins, trustedProxies }));
  app.get("/", (c) => c.json(isOwnOrigin(c, origins)));
  return await (await app.request("http://k.example/", { headers })).json();
}

Deno.test("isOwnOrigin() takes our own pages, and what is not a browser", async () => {
  equal(await isOwn({}), true);
  for (const host of ["k.example", "127.0.0.1:8080", "[::1]:8080"]) {
    equal(await isOwn({ host, origin: `http://${host}` }), true, host);
  }
  equal(await isOwn({ origin: "http://k.example" }), true, "HTTP/2 has no Host");
  const publicUrl = "https://public.example";
  equal(await isOwn({ host: "inside:8080", origin: publicUrl }, { publicUrl }), true);
  equal(await isOwn({ origin: "https://servicewechat.com" }, { mini: true }), true);
});

Deno.test("isOwnOrigin() takes no other page, and none without an origin, with or without a Host", async () => {
  for (
    const origin of [
      "null",
      "",
      "https://evil.example",
      "http://k.example.evil",
      "file://",
      "k.example",
      "about:",
    ]
  ) {
    for (const host of [{}, { host: "k.example" }, { host: "" }]) {
      equal(await isOwn({ ...host, origin }), false, `${origin} ${JSON.stringify(host)}`);
    }
  }
  equal(await isOwn({ origin: "https://servicewechat.com" }), false);
});

Deno.test("isOwnOrigin() does not take a plain page for the encrypted one of the same host", async () => {
  const headers = { host: "k.example", origin: "http://k.example" };
  equal(await isOwn(headers, { publicUrl: "https://k.example" }), false);
  equal(await isOwn({ ...headers, "x-forwarded-proto": "https" }, { trustedProxies: 1 }), false);
  equal(await isOwn({ ...headers, "x-forwarded-proto": "https" }), true, "where nobody is trusted to say so");
});

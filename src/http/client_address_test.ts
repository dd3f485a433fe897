import { equal } from "node:assert/strict";
import { type Context, Hono } from "hono";
import { addressOf, hostOf, isSecure } from "./client_address.ts";

/** What is said of a request that comes from a proxy at 10.0.0.1. */
async function said(of: (c: Context) => unknown, headers: Record<string, string> = {}): Promise<unknown> {
  const app = new Hono().get("*", (c) => c.json({ said: of(c) }));
  const remoteAddr = { transport: "tcp", hostname: "::ffff:10.0.0.1", port: 50_000 };
  const answer = await app.request("http://authority.example:8080/", { headers }, { remoteAddr });
  return (await answer.json()).said;
}

Deno.test("addressOf() is the peer's where no proxy is trusted, whatever a header says", async () => {
  for (const forwarded of ["203.0.113.9", "", "203.0.113.9, 203.0.113.10"]) {
    equal(await said((c) => addressOf(c, 0), { "x-forwarded-for": forwarded }), "10.0.0.1", forwarded);
  }
});

Deno.test("addressOf() takes what the outermost trusted proxy wrote, without its port", async () => {
  const cases: [trusted: number, forwarded: string, address: string][] = [
    [1, "203.0.113.9", "203.0.113.9"],
    [1, "198.51.100.1, 203.0.113.9:40001", "203.0.113.9"],
    [2, "198.51.100.1:1 , 203.0.113.9", "198.51.100.1"],
    [1, "2001:DB8::9", "2001:db8::9"],
    [1, "[2001:db8::9]", "2001:db8::9"],
    [1, '"[2001:db8::9]:40001"', "2001:db8::9"],
    [1, "[::ffff:203.0.113.9]:40001", "203.0.113.9"],
    [1, '"203.0.113.9:40001"', "203.0.113.9"],
    [1, "fe80::9%eth0", "fe80::9"],
  ];
  for (const [trusted, forwarded, address] of cases) {
    equal(await said((c) => addressOf(c, trusted), { "x-forwarded-for": forwarded }), address, forwarded);
  }
});

Deno.test("addressOf() takes what is no address for the connected proxy's", async () => {
  const odd = [
    "",
    "unknown",
    "_hidden",
    "203.0.113.9, ",
    "203.0.113",
    "[203.0.113.9",
    "for=203.0.113.9",
    "localhost",
  ];
  for (const forwarded of [...odd, "203.0.113.9:", "203.0.113.9:x", ":".repeat(10_000)]) {
    equal(
      await said((c) => addressOf(c, 1), { "x-forwarded-for": forwarded }),
      "10.0.0.1",
      forwarded.slice(0, 40),
    );
  }
  equal(
    await said((c) => addressOf(c, 2), { "x-forwarded-for": "203.0.113.9" }),
    "10.0.0.1",
    "past the outer one",
  );
});

Deno.test("hostOf() is the Host, or the authority where HTTP/2 has no Host", async () => {
  equal(await said(hostOf, { host: "k.example" }), "k.example");
  equal(await said(hostOf), "authority.example:8080");
});

Deno.test("isSecure() believes PUBLIC_URL, then trusted proxies, and nobody else", async () => {
  const cases: [
    publicUrl: string | undefined,
    trustedProxies: number,
    proto: string,
    isEncrypted: boolean,
  ][] = [
    ["https://k.example", 0, "", true],
    ["http://k.example", 1, "https", false],
    [undefined, 0, "https", false],
    [undefined, 1, "https", true],
    [undefined, 1, "Https", true],
    [undefined, 1, "https,http", false],
    [undefined, 2, "https,http", true],
    [undefined, 2, "https", true],
    [undefined, 1, "wss", false],
    [undefined, 1, "", false],
  ];
  for (const [publicUrl, trustedProxies, proto, isEncrypted] of cases) {
    const headers = { "x-forwarded-proto": proto };
    const found = await said((c) => isSecure(c, { publicUrl, trustedProxies }), headers);
    equal(found, isEncrypted, `${publicUrl} ${trustedProxies} ${proto}`);
  }
});

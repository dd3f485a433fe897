import { equal } from "node:assert/strict";
import { Hono } from "hono";
import { type ClientAddress, clientAddress, clientOf, type Reached } from "./client_address.ts";

/** What is said of a request that comes from a proxy at 10.0.0.1. */
async function said(
  of: (client: ClientAddress) => unknown,
  headers: Record<string, string> = {},
  reached: Partial<Reached> = {},
): Promise<unknown> {
  const app = new Hono().use(clientAddress({ publicUrl: undefined, trustedProxies: 0, ...reached }));
  app.get("*", (c) => c.json({ said: of(clientOf(c)) }));
  const remoteAddr = { transport: "tcp", hostname: "::ffff:10.0.0.1", port: 50_000 };
  const answer = await app.request("http://authority.example:8080/", { headers }, { remoteAddr });
  return (await answer.json()).said;
}

/** The address of a request behind so many trusted proxies. */
async function addressOf(trustedProxies: number, forwarded: string): Promise<unknown> {
  return await said(({ address }) => address, { "x-forwarded-for": forwarded }, { trustedProxies });
}

Deno.test("ClientAddress.address is the peer's where no proxy is trusted, whatever a header says", async () => {
  for (const forwarded of ["203.0.113.9", "", "203.0.113.9, 203.0.113.10"]) {
    equal(await addressOf(0, forwarded), "10.0.0.1", forwarded);
    equal(
      await said(({ peer }) => peer, { "x-forwarded-for": forwarded }, { trustedProxies: 1 }),
      "10.0.0.1",
    );
  }
});

Deno.test("ClientAddress.address takes what the outermost trusted proxy wrote, without its port", async () => {
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
    equal(await addressOf(trusted, forwarded), address, forwarded);
  }
});

Deno.test("ClientAddress.address is the connected proxy's where the header's entry is not an address", async () => {
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
    equal(await addressOf(1, forwarded), "10.0.0.1", forwarded.slice(0, 40));
  }
  equal(await addressOf(2, "203.0.113.9"), "10.0.0.1", "past the outer one");
});

Deno.test("ClientAddress.host is the Host, or the authority where HTTP/2 has no Host", async () => {
  equal(await said(({ host }) => host, { host: "k.example" }), "k.example");
  equal(await said(({ host }) => host), "authority.example:8080");
});

Deno.test("ClientAddress.isSecure believes PUBLIC_URL, then trusted proxies, and nobody else", async () => {
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
    const found = await said(({ isSecure }) => isSecure, headers, { publicUrl, trustedProxies });
    equal(found, isEncrypted, `${publicUrl} ${trustedProxies} ${proto}`);
  }
});

Deno.test("ClientAddress.serviceUrl is PUBLIC_URL, or what the request says", async () => {
  const serviceUrl = (client: ClientAddress) => client.serviceUrl;
  equal(
    await said(serviceUrl, { host: "k.example" }, { publicUrl: "https://p.example" }),
    "https://p.example",
  );
  equal(await said(serviceUrl, { host: "k.example:81" }), "http://k.example:81");
  const proto = { host: "k.example", "x-forwarded-proto": "https" };
  equal(await said(serviceUrl, proto, { trustedProxies: 1 }), "https://k.example");
  equal(await said(serviceUrl, proto), "http://k.example", "where nobody is trusted to say so");
});

Deno.test("clientOf() throws where nothing was put there", async () => {
  let thrown: unknown;
  const app = new Hono().get("/", (c) => c.text(clientOf(c).host)).onError((error, c) => {
    thrown = error;
    return c.text("", 500);
  });
  equal((await app.request("/")).status, 500);
  equal(thrown instanceof TypeError, true);
});

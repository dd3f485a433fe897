/**
 * What proxies say of a request: where it came from, and whether it was encrypted. How addresses are counted.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { PERSON } from "../../src/lib/limits.ts";
import { api, putCabinet } from "../../testing/api.ts";
import { tempFolder } from "../../testing/folders.ts";
import { Program } from "../../testing/program.ts";

/** The program behind so many proxies, with a cabinet `cab`. */
async function behind(
  trustedProxies: number,
  stack: AsyncDisposableStack,
  env: Record<string, string> = {},
): Promise<Program> {
  const { path } = stack.use(await tempFolder());
  const program = stack.use(
    await Program.start(path, { TRUSTED_PROXIES: String(trustedProxies), ...env }),
  );
  await putCabinet(program, "cab");
  return program;
}

/** How many of these new guests come in, and how many are told to wait. */
async function guests(program: Program, forwarded: readonly string[]): Promise<[number, number]> {
  const statuses: number[] = [];
  const waiting = forwarded.values();
  const visit = async () => {
    for (const address of waiting) {
      const answer = await fetch(`${program.url}/c/cab`, { headers: { "x-forwarded-for": address } });
      await answer.body?.cancel();
      statuses.push(answer.status);
    }
  };
  await Promise.all(Array.from({ length: 8 }, visit));
  return [200, 429].map((wanted) => statuses.filter((status) => status === wanted).length) as [
    number,
    number,
  ];
}

/** So many times what `make` makes of a number. */
function many(count: number, make: (index: number) => string): string[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

Deno.test("guests of one address are one count, whatever port a proxy writes behind it", async () => {
  await using stack = new AsyncDisposableStack();
  const program = await behind(1, stack);
  const forwarded = many(PERSON.guestsMax + 30, (index) => `203.0.113.9:${40_000 + index}`);
  deepEqual(await guests(program, forwarded), [PERSON.guestsMax, 30]);
  deepEqual(await guests(program, ["::ffff:203.0.113.9", '"[::FFFF:cb00:7109]:443"']), [0, 2], "in IPv6");
  deepEqual(await guests(program, ["203.0.113.10", "spoofed, 203.0.113.11"]), [2, 0], "others come in");
});

Deno.test("guests of one IPv6 subscriber are one count, in whatever spelling", async () => {
  await using stack = new AsyncDisposableStack();
  const program = await behind(1, stack);
  const spellings = [
    (hex: string) => `2001:db8:1:2::${hex}`,
    (hex: string) => `"[2001:DB8:0001:2:0:0:0:${hex}]:40001"`,
    (hex: string) => `[2001:db8:1:2:0::${hex}]`,
  ];
  const forwarded = many(PERSON.guestsMax + 30, (index) => {
    const spell = spellings[index % spellings.length] ?? String;
    return spell((index + 1).toString(16));
  });
  deepEqual(await guests(program, forwarded), [PERSON.guestsMax, 30]);
  deepEqual(await guests(program, ["2001:db8:1:3::1"]), [1, 0], "a neighbour comes in");
});

Deno.test("what is not an address counts as the proxy's", async () => {
  await using stack = new AsyncDisposableStack();
  const program = await behind(1, stack);
  const odd = [
    "unknown",
    "_hidden",
    "",
    "10.0.0.1.example",
    "for=192.0.2.1",
    "203.0.113.9:port",
    "a".repeat(500),
  ];
  const forwarded = many(
    PERSON.guestsMax + 30,
    (index) => `${odd[index % odd.length]}${"x".repeat(index % 5)}`,
  );
  deepEqual(await guests(program, forwarded), [PERSON.guestsMax, 30]);
});

Deno.test("the audit log has the address alone", async () => {
  await using stack = new AsyncDisposableStack();
  const program = await behind(1, stack);
  for (
    const [said, address] of [
      ["203.0.113.9:40001", "203.0.113.9"],
      ['"[2001:db8::9]:40001"', "2001:db8::9"],
      ["unknown", "127.0.0.1"],
    ] as const
  ) {
    await api(program, "POST", "/cabinets/cab/cells/1/disable", { headers: { "x-forwarded-for": said } });
    const { body } = await api(program, "GET", "/acts?limit=200");
    const addresses = body.items.filter(({ act }: { act: string }) => act === "disable")
      .map(({ address }: { address: string }) => address);
    equal(addresses.includes(address), true, `${said}: ${addresses}`);
    equal(addresses.includes(said), false, said);
  }
});

/** Whether the page's cookie is for encrypted connections only. */
async function isSecureCookie(program: Program, headers: Record<string, string>): Promise<boolean> {
  const answer = await fetch(`${program.url}/c/cab`, { headers });
  await answer.body?.cancel();
  return answer.headers.getSetCookie().every((cookie) => cookie.includes("; Secure"));
}

/** What the code of the cabinet's poster says. */
async function posterLink(program: Program, headers: Record<string, string>): Promise<string> {
  const answer = await fetch(`${program.url}/api/v1/posters?cabinet=cab`, {
    headers: { authorization: "Bearer operator-token-of-the-tests", ...headers },
  });
  return /https?:\/\/[^/]+\/c\/cab/.exec(await answer.text())?.[0] ?? "";
}

Deno.test("a request is encrypted when a trusted proxy says so, and not when anybody does", async () => {
  await using stack = new AsyncDisposableStack();
  const cases: [trusted: number, said: string, isEncrypted: boolean][] = [
    [0, "https", false],
    [1, "https", true],
    [1, "HTTPS", true],
    [1, "http", false],
    [1, "https, http", false],
    [1, "http, https", true],
    [2, "https, http", true],
    [2, "http, https", false],
    [2, "https", true],
    [1, "", false],
  ];
  const programs = [await behind(0, stack), await behind(1, stack), await behind(2, stack)];
  for (const [trusted, said, isEncrypted] of cases) {
    const headers = { "x-forwarded-proto": said, "x-forwarded-for": "203.0.113.9, 203.0.113.9" };
    const program = programs[trusted] as Program;
    equal(await isSecureCookie(program, headers), isEncrypted, `${trusted} trusted: ${said}`);
    const scheme = isEncrypted ? "https" : "http";
    equal(await posterLink(program, headers), `${scheme}://127.0.0.1:${program.httpPort}/c/cab`, said);
  }
});

Deno.test("the host of a link is what the request was sent to, and not what it says was forwarded", async () => {
  await using stack = new AsyncDisposableStack();
  for (const trusted of [0, 1]) {
    const program = await behind(trusted, stack);
    const link = await posterLink(program, {
      "x-forwarded-host": "evil.example",
      forwarded: "host=evil.example",
    });
    equal(link, `http://127.0.0.1:${program.httpPort}/c/cab`);
  }
});

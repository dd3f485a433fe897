import { deepEqual, equal, rejects } from "node:assert/strict";
import { WECHAT } from "../../lib/limits.ts";
import { MemoryTokens } from "../../../testing/rigs/wechat.ts";
import { CachedToken, type FreshToken } from "./cached_token.ts";

const HOUR_SECONDS = 3600;
const START = Date.UTC(2026, 0, 1);
const NAME = "access_token wx1";

/** WeChat, which returns the same token until it has another one. */
class Source {
  fetched = 0;
  forced = 0;
  value = "A";
  gate: Promise<void> = Promise.resolve();

  async fetchToken(): Promise<FreshToken> {
    this.fetched++;
    await this.gate;
    return { value: this.value, expiresInSeconds: HOUR_SECONDS };
  }

  forceNewToken(): Promise<FreshToken> {
    this.forced++;
    this.value = `forced ${this.forced}`;
    return Promise.resolve({ value: this.value, expiresInSeconds: HOUR_SECONDS });
  }
}

/** A fleet: a clock, a store, WeChat, and any number of programs. */
function fleet() {
  const clock = { now: START };
  const wallClock = () => clock.now;
  const tokens = new MemoryTokens(wallClock);
  const source = new Source();
  const program = () =>
    new CachedToken({
      name: NAME,
      tokens,
      wallClock,
      pollMs: 1,
      fetchToken: () => source.fetchToken(),
      forceNewToken: () => source.forceNewToken(),
    });
  return { clock, tokens, source, program };
}

Deno.test("get() fetches once for all callers at once, and caches it for the fleet until shortly before its end", async () => {
  const { clock, tokens, source, program } = fleet();
  const token = program();
  deepEqual(await Promise.all([token.get(), token.get(), token.get()]), ["A", "A", "A"]);
  // Before and after it has become the one who fetches.
  equal(tokens.reads, 2);
  const until = START + HOUR_SECONDS * 1000 - WECHAT.tokenEarlyMs;
  deepEqual(tokens.written, [{ name: NAME, token: { value: "A", until } }]);

  source.value = "B";
  clock.now = until - 1;
  equal(await token.get(), "A");
  equal(await program().get(), "A");
  clock.now = until;
  equal(await token.get(), "B");
  equal(source.fetched, 2);
});

Deno.test("get() uses a token with a short life for half of it", async () => {
  const { tokens, program, source } = fleet();
  source.fetchToken = () => Promise.resolve({ value: "A", expiresInSeconds: 60 });
  await program().get();
  equal(tokens.written[0]?.token.until, START + 30_000);
});

Deno.test("get() lets one program fetch while the others wait", async () => {
  const { source, program } = fleet();
  const gate = Promise.withResolvers<void>();
  source.gate = gate.promise;
  const all = Array.from({ length: 5 }, () => program().get());
  setTimeout(gate.resolve, 3);
  deepEqual(new Set(await Promise.all(all)), new Set(["A"]));
  equal(source.fetched, 1);
});

Deno.test("get() fetches when the program with the lease does not return", async () => {
  const { tokens, source, program } = fleet();
  equal(await tokens.lease(NAME, WECHAT.tokenLeaseMs), true);
  equal(await program().get(), "A");
  equal(source.fetched, 1);
});

Deno.test("get() does not fetch what another program fetched before this one got the lease", async () => {
  const { clock, tokens, source, program } = fleet();
  const lease = tokens.lease.bind(tokens);
  tokens.lease = async (name, leaseMs) => {
    await tokens.write(name, { value: "B", until: clock.now + 1000 });
    return await lease(name, leaseMs);
  };
  equal(await program().get(), "B");
  equal(source.fetched, 0);
});

Deno.test("get() fails for all waiting callers when WeChat returns none, and then tries again", async () => {
  const { source, program } = fleet();
  const token = program();
  const { fetchToken } = source;
  source.fetchToken = () => Promise.reject(new Error("away"));
  const [one, other] = [token.get(), token.get()];
  await rejects(one, /away/);
  await rejects(other, /away/);
  source.fetchToken = fetchToken;
  equal(await token.get(), "A");
});

Deno.test("replace() takes another program's token, without calling WeChat", async () => {
  const { clock, tokens, source, program } = fleet();
  const token = program();
  await token.get();
  await tokens.write(NAME, { value: "B", until: clock.now + 1000 });
  equal(await token.replace("A"), "B");
  equal(await token.get(), "B");
  deepEqual([source.fetched, source.forced], [1, 0]);
});

Deno.test("replace() takes the token that WeChat returns now, and forces nothing", async () => {
  const { source, program } = fleet();
  const token = program();
  await token.get();
  source.value = "B";
  deepEqual(await Promise.all([token.replace("A"), token.replace("A")]), ["B", "B"]);
  equal(await program().get(), "B");
  deepEqual([source.fetched, source.forced], [2, 0]);
});

Deno.test("replace() does not drop a token that came meanwhile", async () => {
  const { tokens, source, program } = fleet();
  const token = program();
  await token.get();
  source.value = "B";
  await token.replace("A");
  tokens.read = () => Promise.reject(new Error("nobody has to look"));
  equal(await token.replace("A"), "B");
  equal(source.fetched, 2);
});

Deno.test("replace() forces a new token only when WeChat returns the refused one, and only once in a while in the fleet", async () => {
  const { clock, tokens, source, program } = fleet();
  const [one, other] = [program(), program()];
  await Promise.all([one.get(), other.get()]);
  deepEqual(await Promise.all([one.replace("A"), other.replace("A")]), ["forced 1", "forced 1"]);
  equal(source.forced, 1);

  equal(await one.replace("forced 1"), "forced 1");
  equal(await other.replace("forced 1"), "forced 1");
  equal(source.forced, 1);
  equal(tokens.written.length, 2);

  clock.now += WECHAT.tokenForceMs;
  equal(await one.replace("forced 1"), "forced 2");
});

Deno.test("replace() never forces more often than WeChat allows", () => {
  equal(24 * HOUR_SECONDS * 1000 / WECHAT.tokenForceMs <= 20, true);
});

Deno.test("replace() returns the refused token when there is no other and none can be forced", async () => {
  const { tokens, source, clock } = fleet();
  const token = new CachedToken({
    name: NAME,
    tokens,
    wallClock: () => clock.now,
    pollMs: 1,
    fetchToken: () => source.fetchToken(),
  });
  await token.get();
  equal(await token.replace("A"), "A");
});

import { deepEqual, equal, match } from "node:assert/strict";
import { fakeService, kaigui, TestIo } from "../../../testing/rigs/cli.ts";
import { COMMAND } from "../../lib/limits.ts";
import { ANSWERS } from "../../operator/document/examples/mod.ts";

const ENV = { OPERATOR_TOKEN: "some-token" };
const OPEN = ["open", "lobby-a", "7", "--reason", "look"];

/** Runs the command against the service. */
async function open(url: string, ...more: string[]) {
  return await kaigui([...OPEN, ...more, "--url", url], new TestIo(ENV));
}

Deno.test("open says that a cell was not opened only where that is known", async () => {
  const unknown = "error: It is not known whether cell 7 of lobby-a opened";
  const ended = [
    ["opened", null, /^opened cell 7 of lobby-a$/],
    ["accepted", null, /^told to open cell 7 of lobby-a$/],
    ["refused", "offline", /^error: Cell 7 of lobby-a was not opened: refused \(offline\)$/],
    ["refused", "expired", /^error: Cell 7 of lobby-a was not opened: refused \(expired\)$/],
    ["failed", "did-not-open", /^error: Cell 7 of lobby-a was not opened: failed \(did-not-open\)$/],
    ["unconfirmed", "no-reply", new RegExp(`^${unknown}: unconfirmed \\(no-reply\\)$`)],
    ["sent", null, new RegExp(`^${unknown}: sent; ask again with --key \\S+$`)],
    ["requested", null, new RegExp(`^${unknown}: requested; ask again with --key \\S+$`)],
  ] as const;
  for (const [state, reason, says] of ended) {
    await using server = fakeService(() => Response.json({ ...Object(ANSWERS["Command"]), state, reason }));
    const { out, err, code } = await open(server.url);
    match(`${out}${err}`, says);
    equal(code, err === "" ? 0 : 1, state);
  }
});

/** Waits for answers end when the test says so. */
function heldTimeouts() {
  const real = AbortSignal.timeout;
  const waits: { ms: number; end: () => void }[] = [];
  AbortSignal.timeout = (ms) => {
    const over = new AbortController();
    waits.push({ ms, end: () => over.abort(new DOMException("The test says so", "TimeoutError")) });
    return over.signal;
  };
  return { waits, [Symbol.dispose]: () => void (AbortSignal.timeout = real) };
}

Deno.test("open waits longer than the service, and says by which key it can be asked again", async () => {
  using timeouts = heldTimeouts();
  const { waits } = timeouts;
  const keys: (string | null)[] = [];
  const asked = Promise.withResolvers<void>();
  const late = Promise.withResolvers<void>();
  await using server = fakeService(async ({ headers }) => {
    keys.push(headers.get("idempotency-key"));
    asked.resolve();
    await late.promise;
    return Response.json(ANSWERS["Command"]);
  });
  const first = open(server.url);
  await asked.promise;
  waits[0]?.end();
  const [, seconds, key = ""] =
    /^error: \S+ did not answer within (\d+) s; it is not known whether cell 7 of lobby-a opened: ask again with --key (\S+)$/
      .exec((await first).err) ?? [];
  equal(Number(seconds) * 1000, waits[0]?.ms);
  equal(Number(seconds) * 1000 > COMMAND.operatorWaitMs, true);
  late.resolve();
  equal((await open(server.url, "--key", key)).out, "opened cell 7 of lobby-a");
  deepEqual(keys, [key, key]);
});

Deno.test("open names a key where the service could not say how it went, and none where it refused", async () => {
  for (const [status, isNamed] of [[503, true], [500, true], [404, false], [422, false]] as const) {
    await using server = fakeService(() =>
      Response.json({ title: "No", detail: "It was not so" }, { status })
    );
    const { err } = await open(server.url);
    match(err, /^error: It was not so/);
    equal(err.includes("--key"), isNamed, err);
  }
});

Deno.test("open takes as a key what a header takes", async () => {
  for (const key of ["", "a b", "门", "x".repeat(201)]) {
    match((await open("http://127.0.0.1:1", "--key", key)).err, /A key has 1 to 200 letters/, key);
  }
});

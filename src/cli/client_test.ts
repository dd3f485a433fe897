import { deepEqual, equal, match } from "node:assert/strict";
import { ANSWERS } from "../operator/document/examples/mod.ts";
import { fakeService, kaigui, TestIo, testService } from "../../testing/rigs/cli.ts";
import { tempFolder } from "../../testing/folders.ts";
import { type Fate, LosingLine } from "../../testing/network/losing_line.ts";
import { Client } from "./client.ts";

const TOKEN = { OPERATOR_TOKEN: "some-token" };

/** A server that answers everything alike. */
function stranger(body: string, status = 200) {
  return fakeService(() => new Response(body, { status }));
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

Deno.test("a command says that nobody is there when the service does not run, also without a token", async () => {
  await using folder = await tempFolder();
  const url = `http://127.0.0.1:${freePort()}`;
  const says =
    `error: Cannot reach ${url}: is the service running (deno task start), or on another port? Set PORT, or say --url`;
  for (const env of [TOKEN, { DATA_DIR: folder.path }]) {
    const { code, err } = await kaigui(["cabinet", "list", "--url", url], new TestIo(env));
    equal(code, 1);
    equal(err, says);
  }
});

Deno.test("a command says that the token is wrong", async () => {
  await using test = await testService();
  const io = new TestIo({ ...test.env, ...TOKEN });
  const { code, err } = await kaigui(["cabinet", "list"], io);
  equal(code, 1);
  match(err, /does not take the token in OPERATOR_TOKEN: it is wrong, revoked or past its end$/);
});

Deno.test("a command says that somebody else answers", async () => {
  for (const [body, status] of [["<html>", 200], ["{}", 200], ["no", 500]] as const) {
    await using server = stranger(body, status);
    const { code, err } = await kaigui(["cabinet", "show", "a", "--url", server.url], new TestIo(TOKEN));
    equal(code, 1);
    equal(err, `error: ${server.url} answers, but not as Kaigui does (HTTP ${status})`);
  }
});

Deno.test("a command passes on what the service says of a problem", async () => {
  const problem = { title: "Service Unavailable", detail: "The database does not answer" };
  await using server = stranger(JSON.stringify(problem), 503);
  const { err } = await kaigui(["cabinet", "list", "--url", server.url], new TestIo(TOKEN));
  equal(err, "error: The database does not answer");
});

const CABINET = {
  id: "a",
  name: "Lobby",
  board: "9b",
  wiring: "none",
  mode: "open",
  online: false,
  connectedAt: null,
  lastSeenAt: null,
  registration: null,
  heartbeat: null,
  cells: [{ cell: 1, board: 1, channel: 1, size: "M", state: "rented", door: "closed" }],
  link: "https://k.example/c/a",
  warnings: [],
  colour: "red",
};

Deno.test("a command takes the answer of another version, with all that it says", async () => {
  await using server = stranger(JSON.stringify(CABINET));
  const args = ["cabinet", "show", "a", "--url", server.url];
  const shown = await kaigui(args, new TestIo(TOKEN));
  equal(shown.code, 0, shown.err);
  match(shown.out, /9b[^]*rented/);
  const { out } = await kaigui([...args, "--json"], new TestIo(TOKEN));
  deepEqual(JSON.parse(out), CABINET);
});

Deno.test("a command refuses an answer whose fields are of another type", async () => {
  for (const wrong of [{ cells: 24 }, { online: "yes" }, { name: null }]) {
    await using server = stranger(JSON.stringify({ ...CABINET, ...wrong }));
    const { err } = await kaigui(["cabinet", "show", "a", "--url", server.url], new TestIo(TOKEN));
    match(err, /not as Kaigui does/, JSON.stringify(wrong));
  }
});

/** Starts a job over a line on which so many answers come to nothing. */
async function startJob(losses: number, { fate, resendMs }: { fate: Fate; resendMs: readonly number[] }) {
  const keys: (string | null)[] = [];
  await using server = fakeService(({ headers }) => {
    keys.push(headers.get("idempotency-key"));
    return Response.json(ANSWERS["Job"]);
  });
  await using line = lineTo(server.url, () => keys.length <= losses ? fate : "passed");
  const findToken = () => Promise.resolve({ token: "some-token", from: "of the test" });
  const client = new Client(line.url, { findToken, resendMs });
  const called = client.call("jobsStart", { body: { act: "clean", match: { all: true } } });
  const said = await called.then(() => "", ({ message }) => message.replace(line.url, "URL"));
  return { said, keys };
}

function lineTo(url: string, fateOf: () => Fate): LosingLine {
  const { hostname, port } = new URL(url);
  return new LosingLine({ hostname, port: Number(port) }, fateOf);
}

Deno.test("a call with a key is sent again where its connection breaks, as often as there are pauses", async () => {
  for (const fate of ["lost", "cut"] as const) {
    for (const [losses, sent] of [[0, 1], [1, 2], [2, 3], [3, 3]] as const) {
      const { said, keys } = await startJob(losses, { fate, resendMs: [0, 0] });
      equal(said, losses === 3 ? "The connection to URL broke before the answer came" : "");
      deepEqual([keys.length, new Set(keys).size], [sent, 1]);
      match(keys[0] ?? "", /^\S{36}$/);
    }
  }
});

Deno.test("a call whose connection breaks says so where the service is away then", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${listener.addr.port}`;
  const dying = (async () => {
    using conn = await listener.accept();
    await conn.read(new Uint8Array(1_024));
    listener.close();
  })();
  const findToken = () => Promise.resolve({ token: "some-token", from: "of the test" });
  const client = new Client(url, { findToken, resendMs: [0, 0] });
  const called = client.call("jobsStart", { body: { act: "clean", match: { all: true } } });
  equal(
    await called.then(() => "", ({ message }) => message),
    `The connection to ${url} broke before the answer came`,
  );
  await dying;
});

Deno.test("a call without a key is sent once, and says that the connection broke", async () => {
  await using server = fakeService(() => Response.json(CABINET));
  for (const fate of ["lost", "cut"] as const) {
    for (const args of [["cabinet", "show", "a"], ["cabinet", "set", "a", "--name", "B"]]) {
      await using line = lineTo(server.url, () => fate);
      const { err } = await kaigui([...args, "--url", line.url], new TestIo(TOKEN));
      equal(err, `error: The connection to ${line.url} broke before the answer came`);
      deepEqual([line.heads.length, /idempotency-key/i.test(line.heads.join())], [1, false]);
    }
  }
});

Deno.test("a call is not sent again where nobody is there", async () => {
  const real = globalThis.fetch;
  let calls = 0;
  globalThis.fetch = (...args) => {
    calls++;
    return real(...args);
  };
  try {
    const url = `http://127.0.0.1:${freePort()}`;
    const { err } = await kaigui(
      ["organization", "create", "a", "--name", "A", "--url", url],
      new TestIo(TOKEN),
    );
    match(err, /^error: Cannot reach/);
  } finally {
    globalThis.fetch = real;
  }
  equal(calls, 1);
});

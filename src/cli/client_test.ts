import { deepEqual, equal, match } from "node:assert/strict";
import { fakeService, kaigui, TestIo, testService } from "../../testing/rigs/cli.ts";
import { tempFolder } from "../../testing/folders.ts";

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

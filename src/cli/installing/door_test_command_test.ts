import { deepEqual, equal, match } from "node:assert/strict";
import { fakeService, kaigui, TestIo } from "../../../testing/rigs/cli.ts";

const CELL = {
  type: "cell",
  cell: 1,
  board: 1,
  channel: 1,
  finding: "fine",
  says: "Cell 1 opened, and its switch showed it.",
  command: null,
  state: "opened",
  reason: null,
  before: "closed",
  after: "open",
  moved: [],
};
const END = { type: "end", ended: "done", fine: 1, notFine: 0, wiring: null, channels: [], says: [] };

/** Runs the command against a service that answers with this text, and then hangs up or goes away. */
async function test(text: string, { breaks = false } = {}) {
  let sent = 0;
  const body = () =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        if (sent++ === 0) return controller.enqueue(new TextEncoder().encode(text));
        return breaks ? controller.error(new Error("gone")) : controller.close();
      },
    });
  await using server = fakeService(() => new Response(body()));
  const ended = await kaigui(
    ["test", "a", "--url", server.url],
    new TestIo({ OPERATOR_TOKEN: "some-token" }),
  );
  return { ...ended, err: ended.err.replace(server.url, "URL") };
}

Deno.test("test takes a last line that has no end", async () => {
  const { out, code, err } = await test(`${JSON.stringify(CELL)}\n${JSON.stringify(END)}`);
  deepEqual([out, code, err], [`${CELL.says}\n1 fine, 0 not`, 0, ""]);
});

Deno.test("test says that it broke off where there is no end", async () => {
  const { out, code, err } = await test(`${JSON.stringify(CELL)}\n`);
  deepEqual([out, code, err], [CELL.says, 1, "error: The test of cabinet a broke off"]);
});

Deno.test("test says that the answer broke off where the connection does", async () => {
  const { out, code, err } = await test(`${JSON.stringify(CELL)}\n{"type":`, { breaks: true });
  deepEqual([out, code, err], [CELL.says, 1, "error: The answer of URL broke off"]);
});

Deno.test("test says that somebody else answers in the middle", async () => {
  const { code, err } = await test(`${JSON.stringify(CELL)}\n<html>\n`);
  equal(code, 1);
  match(err, /^error: URL answers, but not as Kaigui does/);
});

Deno.test("test takes a pause in seconds and their parts", async () => {
  for (
    const [pause, pauseMs] of [[undefined, undefined], ["0", 0], ["0.5", 500], ["1.001", 1_001], [
      "60",
      60_000,
    ]]
  ) {
    let body: { pauseMs?: number } = {};
    await using server = fakeService(async (request) => {
      body = await request.json();
      return new Response(`${JSON.stringify(END)}\n`);
    });
    const args = ["test", "a", "--url", server.url, ...pause === undefined ? [] : ["--pause", `${pause}`]];
    const { code, err } = await kaigui(args, new TestIo({ OPERATOR_TOKEN: "some-token" }));
    deepEqual([code, err, body.pauseMs], [0, "", pauseMs]);
  }
  for (const pause of ["61", "-1", "soon", "1,5"]) {
    match((await kaigui(["test", "a", "--pause", pause])).err, /a number of seconds from 0 to 60/);
  }
});

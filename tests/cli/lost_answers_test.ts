import { deepEqual, equal, match } from "node:assert/strict";
import { Client } from "../../src/cli/client.ts";
import { simulateCabinet } from "../../src/simulator/mod.ts";
import { type Fate, LosingLine } from "../../testing/network/losing_line.ts";
import {
  type Ended,
  kaigui,
  TestIo,
  type TestService,
  testService,
  TOKEN,
  until,
} from "../../testing/rigs/cli.ts";

/** Commands at a service whose answers get lost on the way. */
interface Losing {
  readonly test: TestService;
  /** Runs a command over a line on which the first answer to a `POST` comes to nothing. */
  lost(line: string, fate?: Fate): Promise<Ended & { readonly keys: readonly (string | undefined)[] }>;
  /** What a command says as JSON that reaches the service. */
  json(line: string): Promise<Record<string, unknown>[]>;
}

/** The key that the request has. */
function keyIn(head: string): string | undefined {
  return /^idempotency-key: (\S+)/im.exec(head)?.[1];
}

function losingTest(name: string, fn: (losing: Losing) => Promise<void>): void {
  Deno.test(name, async () => {
    await using test = await testService();
    const to = { hostname: "127.0.0.1", port: test.service.http.port };
    const run = (line: string, io = new TestIo(test.env)) => kaigui(line.split(" "), io);
    await fn({
      test,
      async lost(command, fate = "lost") {
        let posts = 0;
        await using line = new LosingLine(
          to,
          (head) => head.startsWith("POST ") && posts++ === 0 ? fate : "passed",
        );
        const ended = await run(`${command} --url ${line.url}`);
        const sent = line.heads.filter((head) => head.startsWith("POST "));
        return { ...ended, keys: sent.map(keyIn) };
      },
      json: async (line) => JSON.parse((await run(`${line} --json`)).out),
    });
  });
}

/** That the same was sent twice; the key is told. */
function sameKey(keys: readonly (string | undefined)[]): string {
  const [first = "", second, ...more] = keys;
  match(first, /^\S{36}$/);
  deepEqual([second, more], [first, []]);
  return first;
}

losingTest("what a command starts is started once where the answer got lost", async ({ lost, json }) => {
  await json("cabinet add a --name A --board 8a --mode storage --cells 2");
  const keys: string[] = [];
  for (const [act, fate] of [["disable", "lost"], ["enable", "cut"]] as const) {
    const started = await lost(`jobs start ${act} --cabinet a --yes --json`, fate);
    deepEqual([started.code, started.err], [0, ""]);
    equal(JSON.parse(started.out).act, act);
    keys.push(sameKey(started.keys));
  }
  deepEqual((await json("jobs list")).map(({ act }) => act), ["enable", "disable"]);
  equal(new Set(keys).size, 2);
  const made = await lost("organization create acme --name Acme --json");
  deepEqual([made.code, made.err, JSON.parse(made.out).id], [0, "", "acme"]);
});

/** A cabinet `hall` that is online, and how often each of its cells was told to open. */
async function hallOf({ test, json }: Losing) {
  await json("cabinet add hall --name Hall --board 8a --mode open --cells 3 --registration REG-hall");
  const cabinet = simulateCabinet({
    hostname: "127.0.0.1",
    port: test.service.device.port,
    registration: new TextEncoder().encode("REG-hall"),
  });
  const findToken = () => Promise.resolve({ token: TOKEN, from: "of the test" });
  const client = new Client(`http://127.0.0.1:${test.service.http.port}`, { findToken });
  await until(async () => (await client.get("hall")).cells[0]?.door === "closed");
  return {
    async opened() {
      const { items } = await client.call("commandsList", { query: { cabinet: "hall" } });
      return items.map(({ cell }) => cell).toSorted();
    },
    [Symbol.asyncDispose]: () => cabinet[Symbol.asyncDispose](),
  };
}

losingTest("doors are opened once where the answer got lost", async (losing) => {
  await using hall = await hallOf(losing);
  const { out, err, keys } = await losing.lost("open hall 2 --reason look");
  deepEqual([out, err], ["opened cell 2 of hall", ""]);
  sameKey(keys);
  deepEqual(await hall.opened(), [2]);
});

losingTest("a test of doors whose answer got lost is not begun again", async (losing) => {
  await using hall = await hallOf(losing);
  const { err, keys } = await losing.lost("test hall --cell 1 --pause 0");
  match(
    err,
    /^error: The connection broke before the answer came\. Sent again: (This test was begun before: .*|Cabinet hall is being tested already)$/,
  );
  sameKey(keys);
  // A test ends before its next cell where nobody reads what it says: it may not have come to the first one.
  equal((await hall.opened()).length <= 1, true);
});

losingTest(
  "a token and a link whose answer got lost are made once, and said to be",
  async ({ lost, json }) => {
    const told = "error: The connection broke before the answer came. Sent again: The";
    const token = await lost("token create --name bot --role viewer --json");
    deepEqual([token.code, token.out], [1, ""]);
    equal(token.err, `${told} token was made before and was shown then: make another`);
    equal((await json("token list")).length, 1);
    const link = await lost("staff invite --role owner --note Wang");
    equal(link.err, `${told} link was made before and was shown then: make another one`);
    equal((await json("staff invitations")).filter(({ note }) => note === "Wang").length, 1);
  },
);

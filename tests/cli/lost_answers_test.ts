import { deepEqual, equal, match } from "node:assert/strict";
import { simulateCabinet } from "../../src/simulator/mod.ts";
import { type Fate, LosingLine } from "../../testing/network/losing_line.ts";
import { type Ended, kaigui, TestIo, type TestService, testService, until } from "../../testing/rigs/cli.ts";

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

losingTest("doors are opened once where the answer got lost", async ({ test, lost, json }) => {
  await json("cabinet add hall --name Hall --board 8a --mode open --cells 3 --registration REG-hall");
  await using _cabinet = simulateCabinet({
    hostname: "127.0.0.1",
    port: test.service.device.port,
    registration: new TextEncoder().encode("REG-hall"),
  });
  const shown = async () => {
    const { out } = await kaigui(["cabinet", "show", "hall", "--json"], new TestIo(test.env));
    return JSON.parse(out);
  };
  await until(async () => (await shown()).cells[0].door === "closed");
  const opened = await lost("open hall 2 --reason look");
  deepEqual([opened.out, opened.err], ["opened cell 2 of hall", ""]);
  sameKey(opened.keys);
  const opens = async () => (await json("events --kind opened")).map(({ cell }) => cell);
  deepEqual(await opens(), [2]);
});

losingTest(
  "a test of doors whose answer got lost is begun once, and said to be",
  async ({ test, lost, json }) => {
    await json("cabinet add hall --name Hall --board 8a --mode open --cells 2 --registration REG-hall");
    await using _cabinet = simulateCabinet({
      hostname: "127.0.0.1",
      port: test.service.device.port,
      registration: new TextEncoder().encode("REG-hall"),
    });
    await until(async () => (await json("connections")).length === 1);
    const tested = await lost("test hall --pause 0");
    equal(
      tested.err,
      "error: The answer was lost when the connection broke. This test was begun before: its commands are in GET /commands",
    );
    sameKey(tested.keys);
  },
);

losingTest(
  "a token and a link whose answer got lost are made once, and said to be lost",
  async ({ lost, json }) => {
    const told = "error: The answer was lost when the connection broke. The";
    const token = await lost("token create --name bot --role viewer --json");
    deepEqual([token.code, token.out], [1, ""]);
    equal(token.err, `${told} token was made before and was shown then: make another`);
    equal((await json("token list")).length, 1);
    const link = await lost("staff invite --role owner");
    equal(link.err, `${told} link was made before and was shown then: make another one`);
    equal((await json("staff invitations")).filter(({ note }) => note === "").length, 1);
  },
);

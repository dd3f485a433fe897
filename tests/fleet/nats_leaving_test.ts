/**
 * The router over NATS when servers announce that they leave (lame duck mode), as in a rolling restart.
 *
 * @module
 */
import { deepEqual, ok } from "node:assert/strict";
import { createDial } from "../../src/router/nats/dial.ts";
import { connectReplacement } from "../../src/router/nats/replacement.ts";
import { until } from "../../testing/until.ts";
import { NatsServer } from "../../testing/servers/nats.ts";
import { ask, Echo, type Ended, programs, testOnNats, whyNoNats } from "../../testing/servers/nats_rig.ts";
import { testUnless } from "../../testing/test_run.ts";

/** Longest until a program has noticed, on a slow machine. */
const NOTICED_MS = 20_000;
const EVERY_MS = 10;

/** An owner that takes a second to reply. */
class SlowEcho extends Echo {
  override async handle(request: unknown): Promise<unknown> {
    const reply = await super.handle(request);
    await pause(1_000);
    return reply;
  }
}

/** Sends requests until it is over. @returns how each ended */
async function keepAsking(ask: (n: number) => Promise<Ended>, isOver: () => boolean): Promise<Ended[]> {
  const asked: Promise<Ended>[] = [];
  while (!isOver()) {
    asked.push(ask(asked.length));
    await pause(EVERY_MS);
  }
  return await Promise.all(asked);
}

function testOnPair(
  name: string,
  body: (pair: [NatsServer, NatsServer], stack: AsyncDisposableStack) => Promise<void>,
): void {
  testUnless(whyNoNats(), name, async () => {
    await using stack = new AsyncDisposableStack();
    await body(await NatsServer.startPair(stack), stack);
  });
}

testOnPair(
  "NatsUplink loses nothing and does nothing twice when its servers leave one after the other",
  async (pair, stack) => {
    const url = pair.map(({ url }) => url).join();
    const [one, two] = await programs(stack, url, url);
    const [quick, slow] = [new Echo(), new SlowEcho()];
    one.uplink.serve("quick", quick, 1);
    two.uplink.serve("slow", slow, 1);
    const heard: unknown[] = [];
    let missed = 0;
    one.uplink.watch("cab", (event) => heard.push(event), () => missed++);
    await until(async () => await ask(two.uplink, "quick", "first") === "reply");
    await until(async () => await ask(one.uplink, "slow", "first") === "reply");
    let isOver = false;
    const asking = [
      keepAsking((n) => ask(two.uplink, "quick", n), () => isOver),
      keepAsking((n) => ask(one.uplink, "slow", n), () => isOver),
    ];
    let published = 0;
    const publishing = keepAsking(() => {
      two.uplink.publish("cab", published++);
      return Promise.resolve("reply");
    }, () => isOver);
    for (const server of pair) {
      await server.leave();
      await server.startAgain();
    }
    isOver = true;
    for (const ended of await Promise.all(asking)) {
      deepEqual(Object.keys(Object.groupBy(ended, (end) => end)), ["reply"]);
    }
    deepEqual([...quick.twice, ...slow.twice], []);
    await publishing;
    await until(() => heard.includes(published - 1), { saw: () => [published, heard.length] });
    deepEqual(heard, [...new Set(heard)], "no event twice");
    ok(missed > 0, "watchers read anew what they may have missed");
    deepEqual([one.failures, two.failures], [[], []]);
  },
);

testOnNats(
  "NatsUplink stays with a server that leaves until it has ended when the other one is not of its cluster",
  async (leaving, stack) => {
    const other = stack.use(await NatsServer.start());
    // So that both programs connect to the server that is to leave.
    await other.kill();
    const [one, two] = await programs(stack, `${leaving.url},${other.url}`, leaving.url);
    await other.startAgain();
    two.uplink.serve("cab", new Echo(), 1);
    await until(async () => await ask(one.uplink, "cab", "first") === "reply");
    leaving.announceLeaving();
    let isOver = false;
    const asking = keepAsking((n) => ask(one.uplink, "cab", n), () => isOver);
    await until(() => one.failures.length > 0, { saw: () => one.failures });
    await pause(1_000);
    isOver = true;
    deepEqual([...new Set(await asking)], ["reply"]);
    await leaving.kill();
    await until(() => one.uplink.connected && one.uplink.peers === 0, { deadlineMs: NOTICED_MS });
  },
);

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

testOnNats(
  "connectReplacement() returns the new connection when the old one closed meanwhile",
  async ({ url }) => {
    const { signal: stop } = new AbortController();
    const dial = createDial({ url, credentials: undefined, authority: undefined, name: "test" });
    const old = await dial(stop);
    const next = await dial(stop);
    const failures: unknown[] = [];
    const replacement = await connectReplacement(old, {
      dial: async () => {
        await old.close();
        return next;
      },
      probe: "probe",
      stop,
      failed: (error) => failures.push(error),
    });
    await next.close();
    deepEqual([replacement === next, failures], [true, []]);
  },
);

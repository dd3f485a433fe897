/**
 * The contract suite that every router must pass, whatever lies between its members.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { until } from "./until.ts";
import type { Ended, Node } from "./programs/router_node.ts";
import { sized, testUnless } from "./test_run.ts";
import { SIZE } from "../tests/sizes.ts";

/** A network of members. */
export interface Fabric extends AsyncDisposable {
  /** Adds a member, which knows the others. */
  join(): Promise<Node>;
  /** Ends the member without notice to the others. */
  readonly kill: (node: Node) => void;
}

/** Longest time until all members have noticed a silent one, with a margin for slow machines. */
const SETTLED_MS = 15_000;

type Make = () => Fabric | Promise<Fabric>;

function testOver(make: Make, name: string, why: string | undefined) {
  return (what: string, body: (fabric: Fabric) => Promise<void>): void =>
    testUnless(why, `${name} ${what}`, async () => {
      await using fabric = await make();
      await body(fabric);
    });
}

/**
 * Registers the suite for one router.
 *
 * @param options.why why it is left out @default {undefined}: it runs
 */
export function routerContract(
  name: string,
  make: Make,
  { why }: { why?: string | undefined } = {},
): void {
  const test = testOver(make, name, why);

  test("answers at once that an address has no owner", async (fabric) => {
    const [one, two] = [await fabric.join(), await fabric.join()];
    equal((await one.request("cab", "x")).type, "nobody");
    equal((await two.request("cab", "x")).type, "nobody");
  });

  test("passes a request to the owner wherever it is, and progress and reply back", async (fabric) => {
    const [one, two] = [await fabric.join(), await fabric.join()];
    await one.claim("a cabinet with spaces. and * more", 1);
    for (const node of [one, two]) {
      const ended = await asked(node, "a cabinet with spaces. and * more", "x");
      ok(ended.type === "reply");
      ok(ended.reply.endsWith(" did x"));
      equal(ended.progress.length, 1);
    }
    equal((await one.request("other", "x")).type, "nobody");
  });

  test("gives the address to the highest epoch, wherever and in whatever order", async (fabric) => {
    const [one, two] = [await fabric.join(), await fabric.join()];
    const [low, high] = [await one.claim("up", 1), await two.claim("up", 2)];
    await until(async () => await one.displacements() === 1);
    deepEqual([await one.held(), await two.held()], [[], [high]]);
    await two.claim("down", 7);
    await asked(one, "down", "x");
    await one.claim("down", 6);
    await until(async () => await one.displacements() === 2);
    equal((await two.held()).length, 2);
    await one.release(low);
    equal((await asked(one, "up", "y")).type, "reply", "a lost claim gives nothing back");
    await one.claim("same", 1);
    await one.claim("same", 2);
    equal(await one.displacements(), 3);
    equal((await asked(two, "same", "z")).type, "reply");
    equal(await two.displacements(), 0);
  });

  test("forgets an address when its claim ends", async (fabric) => {
    const [one, two] = [await fabric.join(), await fabric.join()];
    const claim = await one.claim("cab", 1);
    equal((await asked(two, "cab", "x")).type, "reply");
    await one.release(claim);
    await one.release(claim);
    equal((await one.request("cab", "x")).type, "nobody");
    await until(async () => (await two.request("cab", "x")).type === "nobody");
  });

  test("publishes each event once to all watchers, wherever, until they stop", async (fabric) => {
    const [one, two, three] = [await fabric.join(), await fabric.join(), await fabric.join()];
    const watch = await one.watch("cab");
    await two.watch("cab");
    await two.watch("other");
    await settledWatch(three, [one, two]);
    for (let n = 0; n < 100; n++) await three.publish("cab", `event ${n}`);
    await one.publish("cab", "own");
    const expected = Array.from({ length: 100 }, (_, n) => `event ${n}`);
    for (const node of [one, two]) {
      await until(async () => (await events(node)).length === 101, { saw: () => events(node) });
      deepEqual((await events(node)).filter((event) => event !== "own"), expected);
    }
    await one.unwatch(watch);
    await three.publish("cab", "last");
    await until(async () => (await events(two)).includes("last"));
    ok(!(await events(one)).includes("last"));
    deepEqual(await events(three), []);
  });

  test("tells a new member all claims and watches", async (fabric) => {
    const one = await fabric.join();
    for (let n = 0; n < 1_200; n++) await one.claim(`cab ${n}`, 1);
    await one.watch("topic");
    const two = await fabric.join();
    equal((await asked(two, "cab 1199", "x")).type, "reply");
    equal((await asked(two, "cab 0", "x")).type, "reply");
    await until(async () => {
      await two.publish("topic", "hello");
      return (await one.heard()).includes("hello");
    });
  });

  test(sized(`answers a flood of ${SIZE.routerFlood} requests, each once`), async (fabric) => {
    const [one, two] = [await fabric.join(), await fabric.join()];
    await one.claim("cab", 1);
    await asked(two, "cab", "first");
    const options = { prefix: "flood", atOnce: SIZE.routerFlood, beginMs: 60_000 };
    const ended = await two.flood("cab", SIZE.routerFlood, options);
    const { reply = 0, "not-asked": refused = 0 } = ended;
    equal(reply + refused, SIZE.routerFlood, JSON.stringify(ended));
    ok(reply > 0);
    deepEqual(await one.done(), { count: reply + 1, twice: 0, late: 0 });
  });

  test("forgets a member that leaves", async (fabric) => {
    const [one, two] = [await fabric.join(), await fabric.join()];
    await one.claim("cab", 1);
    await two.watch("cab");
    await asked(two, "cab", "x");
    const before = await two.missed();
    await one.leave();
    await until(async () => (await two.request("cab", "x")).type === "nobody", { deadlineMs: SETTLED_MS });
    await until(async () => await two.missed() > before, { deadlineMs: SETTLED_MS });
    const three = await fabric.join();
    await three.claim("cab", 2);
    equal((await asked(two, "cab", "y")).type, "reply");
  });

  test("notices a member that died, and ends its requests without an answer", async (fabric) => {
    const [one, two] = [await fabric.join(), await fabric.join()];
    await one.claim("cab", 1);
    await asked(two, "cab", "x");
    await two.watch("cab");
    const before = await two.missed();
    const pending = two.request("cab", "slow 60000", { beginMs: 60_000, answerMs: 60_000 });
    await until(async () => await two.request("cab", "y").then(({ type }) => type === "reply"));
    fabric.kill(one);
    equal((await pending).type, "no-answer");
    equal((await two.request("cab", "x")).type, "nobody");
    await until(async () => await two.missed() > before);
  });
}

/** Registers the part of the suite that blocks a member's thread, so members have to be in workers. */
export function busyContract(name: string, make: Make, { why }: { why?: string | undefined } = {}): void {
  const test = testOver(make, name, why);

  test("never begins too late what a busy member receives late", async (fabric) => {
    const [one, two, three] = [await fabric.join(), await fabric.join(), await fabric.join()];
    await one.claim("busy", 1);
    await three.claim("free", 1);
    for (const address of ["busy", "free"]) await asked(two, address, "x");
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const blocked = one.block(2_000);
    const options = { prefix: "short", atOnce: 200, beginMs: 500 };
    const [short, long, free] = await Promise.all([
      two.flood("busy", 200, options),
      two.flood("busy", 200, { ...options, prefix: "long", beginMs: 30_000 }),
      two.flood("free", 2_000, { prefix: "free", atOnce: 50, beginMs: 30_000 }),
    ]);
    await blocked;
    deepEqual(free, { reply: 2_000 }, "others are not disturbed");
    deepEqual(long, { reply: 200 }, "one that is busy for 2 s is not given up");
    const { count, twice, late } = await one.done();
    deepEqual({ twice, late }, { twice: 0, late: 0 });
    equal(count, 201 + (short["reply"] ?? 0));
  });
}

/** Asks until the address has an owner: the announcement of a claim may be on its way. */
export async function asked(node: Node, address: string, request: string): Promise<Ended> {
  return await until(async () => {
    const ended = await node.request(address, request);
    return ended.type === "nobody" ? undefined : ended;
  });
}

/** Waits until events of the first one reach the others. */
async function settledWatch(from: Node, to: readonly Node[]): Promise<void> {
  await until(async () => {
    await from.publish("cab", "probe");
    const heard = await Promise.all(to.map((node) => node.heard()));
    return heard.every((events) => events.includes("probe"));
  });
  // What is still on its way is a probe.
  await new Promise((resolve) => setTimeout(resolve, 200));
}

async function events(node: Node): Promise<readonly string[]> {
  return (await node.heard()).filter((event) => event !== "probe");
}

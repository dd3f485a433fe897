/**
 * The contract of the router over each engine, and what is peculiar to one of them.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { MeshRouter } from "../../src/router/mod.ts";
import { FaultyNetwork, SOON_NOTICED } from "../../testing/network/faulty_transport.ts";
import { until } from "../../testing/until.ts";
import { asked, busyContract, type Fabric, routerContract } from "../../testing/router_contract.ts";
import { LocalNode, type Node, type TestRouter, WorkerFabric } from "../../testing/programs/router_node.ts";
import { seeded } from "../../testing/seeded.ts";

/** Members over a network in memory. */
class MemoryFabric implements Fabric {
  readonly kill = (node: Node): void => this.#network.partition(this.#names.get(node) ?? "");
  readonly #network: FaultyNetwork;
  readonly #names = new Map<Node, string>();
  readonly #routers: TestRouter[] = [];

  constructor(network: FaultyNetwork) {
    this.#network = network;
  }

  async join(): Promise<Node> {
    const name = `member ${this.#routers.length + 1}`;
    // Each has a clock of its own, hours apart.
    const apartMs = this.#routers.length * 10_000_000;
    const router = new MeshRouter<string, string, string, string>(this.#network.join(name), {
      now: () => performance.now() + apartMs,
      wallClock: Date.now,
      limits: SOON_NOTICED,
    });
    this.#routers.push(router);
    // The ones that left are heard no more.
    await until(() => router.peers > 0 || this.#routers.length === 1);
    const node = new LocalNode(name, router);
    this.#names.set(node, name);
    return node;
  }

  /** What was done by all members; requests of two of them are never the same. */
  async done(): Promise<{ count: number; twice: number; late: number }> {
    const sum = { count: 0, twice: 0, late: 0 };
    for (const node of this.#names.keys()) {
      const { count, twice, late } = await node.done();
      sum.count += count;
      sum.twice += twice;
      sum.late += late;
    }
    return sum;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const node of this.#names.keys()) await node.leave();
    this.#network[Symbol.dispose]();
  }
}

routerContract("MeshRouter in memory", () => new MemoryFabric(new FaultyNetwork(seeded(1))));

routerContract("MeshRouter in memory, with a tenth lost, doubled and late,", () => {
  const network = new FaultyNetwork(seeded(2));
  network.faults = { lost: 0.1, doubled: 0.1, late: 0.1, lateMs: 30 };
  return new MemoryFabric(network);
});

/** Members in workers, over BroadcastChannel. */
function workers(): WorkerFabric {
  const program = `test ${crypto.randomUUID()}`;
  return new WorkerFabric((n) => ({ program, name: `member ${n}` }));
}

routerContract("MeshRouter over BroadcastChannel", workers);
busyContract("MeshRouter over BroadcastChannel", workers);

Deno.test("MeshRouter has one owner once a network that was cut is whole again", async () => {
  const network = new FaultyNetwork(seeded(3));
  await using fabric = new MemoryFabric(network);
  const [one, two, three] = [await fabric.join(), await fabric.join(), await fabric.join()];
  await one.claim("cab", 1);
  equal((await asked(three, "cab", "before")).type, "reply");
  fabric.kill(one);
  await until(async () => (await two.request("cab", "x")).type === "nobody");
  await two.claim("cab", 2);
  // The old owner believes in itself; that nothing is done twice is for the journal to see to.
  deepEqual([await one.held(), await two.held()], [[0], [0]]);
  network.partition();
  await until(async () => (await one.held()).length === 0);
  equal((await asked(one, "cab", "after")).type, "reply");
  equal((await two.done()).count, 1);
});

Deno.test("MeshRouter does nothing twice while members come and go and everything is lost, doubled and late", async () => {
  const random = seeded(4);
  const network = new FaultyNetwork(random);
  network.faults = { lost: 0.2, doubled: 0.2, late: 0.2, lateMs: 100 };
  await using fabric = new MemoryFabric(network);
  const nodes = [await fabric.join(), await fabric.join(), await fabric.join()];
  let epoch = 0;
  let asked = 0;
  const ended: Record<string, number> = {};
  const running = new Set<Promise<void>>();
  for (let round = 0; round < 60; round++) {
    const owner = nodes[Math.floor(random() * nodes.length)];
    await owner?.claim(`cab ${round % 3}`, ++epoch);
    if (round % 15 === 7) await nodes.shift()?.leave();
    if (round % 15 === 9) nodes.push(await fabric.join());
    for (const node of nodes) {
      for (let n = 0; n < 30; n++) {
        const one = node.request(`cab ${n % 3}`, `request ${++asked}`, { beginMs: 1_000 })
          .then(({ type }) => void (ended[type] = (ended[type] ?? 0) + 1))
          .finally(() => running.delete(one));
        running.add(one);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await Promise.all(running);
  const done = await fabric.done();
  deepEqual({ twice: done.twice, late: done.late }, { twice: 0, late: 0 });
  // What was answered was done, and what was surely not begun was not.
  const { reply = 0, "no-answer": unknown = 0 } = ended;
  ok(done.count >= reply && done.count <= reply + unknown, JSON.stringify({ done, ended }));
  ok(reply > asked / 2, JSON.stringify({ asked, ended }));
});

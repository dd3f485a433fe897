import { deepEqual, throws } from "node:assert/strict";
import { until } from "../../testing/harness.ts";
import { seeded } from "../../testing/seeded.ts";
import { PRESENCE } from "../lib/limits.ts";
import { FaultyNetwork } from "../../testing/network/faulty_transport.ts";
import { LocalRouter } from "./local.ts";
import { MeshRouter } from "./mesh/mesh.ts";
import type { Entry, Present } from "./place.ts";
import { Presence } from "./presence.ts";

/** Longest that it may take until a silent isolate is noticed, also on a slow machine. */
const SETTLED_MS = 30_000;

type Said = Present<string>;

/** An isolate on the network. */
class Member implements Disposable {
  readonly router: MeshRouter<never, never, never, Said>;
  readonly presence: Presence<Said, string>;
  /** Milliseconds that are added to its clock. */
  later = 0;

  constructor(name: string, network: FaultyNetwork) {
    this.router = new MeshRouter(network.join(name), { now: () => performance.now(), wallClock: Date.now });
    this.presence = presenceOn(this.router, { me: name, now: () => performance.now() + this.later });
  }

  /** So many others are heard by now. */
  async knows(others: number): Promise<void> {
    await until(() => this.router.peers === others);
  }

  [Symbol.dispose](): void {
    this.presence[Symbol.dispose]();
    this.router[Symbol.dispose]();
  }
}

function presenceOn(
  router: ConstructorParameters<typeof Presence<Said, string>>[0],
  { me = "me", now = () => performance.now() }: { me?: string; now?: () => number } = {},
): Presence<Said, string> {
  return new Presence(router, { me, now, wrap: (present) => present, unwrap: (event) => event });
}

/** Waits until that isolate sees those values. */
async function sees(entry: Entry<string>, ...values: readonly string[]): Promise<void> {
  const seen = () => entry.others.toSorted().join();
  await until(() => seen() === values.toSorted().join(), { deadlineMs: SETTLED_MS, saw: seen });
}

Deno.test("Presence shows each isolate the others' values as they change, and who has left", async () => {
  using network = new FaultyNetwork(seeded(1));
  using one = new Member("one", network);
  using two = new Member("two", network);
  await one.knows(1);
  let changes = 0;
  const first = one.presence.enter("topic", "1", () => changes++);
  const elsewhere = two.presence.enter("another topic", "x");
  const second = two.presence.enter("topic", "2");
  await sees(first, "2");
  await sees(second, "1");
  first.update("1 changed");
  await sees(second, "1 changed");
  const before = changes;
  second[Symbol.dispose]();
  second[Symbol.dispose]();
  await sees(first);
  deepEqual([elsewhere.others, changes > before], [[], true]);
});

Deno.test("Presence publishes nothing for a change while an isolate is alone", () => {
  const router = new LocalRouter<never, never, never, Said>();
  const published: Said[] = [];
  router.watch("topic", (event) => published.push(event));
  using presence = presenceOn(router);
  const entry = presence.enter("topic", "0");
  for (let n = 1; n <= 100; n++) entry.update(`${n}`);
  entry[Symbol.dispose]();
  deepEqual(published.map(({ value, asks }) => ({ value, asks })), [
    { value: "0", asks: true },
    { value: null, asks: false },
  ]);
});

Deno.test("Presence.enter() refuses a second entry until the first one has left", () => {
  using presence = presenceOn(new LocalRouter());
  const entry = presence.enter("topic", "1");
  throws(() => presence.enter("topic", "2"), /there already/);
  entry[Symbol.dispose]();
  presence.enter("topic", "2");
});

Deno.test("Presence finds those who come at the same moment", async () => {
  using network = new FaultyNetwork(seeded(2));
  network.faults = { lost: 0, doubled: 0, late: 1, lateMs: 50 };
  using one = new Member("one", network);
  using two = new Member("two", network);
  await one.knows(1);
  await two.knows(1);
  const first = one.presence.enter("topic", "1");
  const second = two.presence.enter("topic", "2");
  first.update("1 changed");
  await sees(first, "2");
  await sees(second, "1 changed");
});

Deno.test("Presence settles over a network that loses, doubles and delays, with one that joins late", async () => {
  using network = new FaultyNetwork(seeded(3));
  network.faults = { lost: 0.2, doubled: 0.2, late: 0.3, lateMs: 60 };
  using one = new Member("one", network);
  using two = new Member("two", network);
  const first = one.presence.enter("topic", "1");
  const second = two.presence.enter("topic", "2");
  for (let n = 0; n < 50; n++) {
    first.update(`1 for the ${n}th time`);
    second.update(`2 for the ${n}th time`);
    if (n % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  using three = new Member("three", network);
  const third = three.presence.enter("topic", "3");
  const [a, b] = ["1 for the 49th time", "2 for the 49th time"];
  await Promise.all([sees(first, b, "3"), sees(second, a, "3"), sees(third, a, b)]);
});

Deno.test("Presence forgets an isolate that died, and nobody else", async () => {
  using network = new FaultyNetwork(seeded(4));
  using one = new Member("one", network);
  using two = new Member("two", network);
  using three = new Member("three", network);
  const first = one.presence.enter("topic", "1");
  two.presence.enter("topic", "2");
  three.presence.enter("topic", "3");
  await sees(first, "2", "3");
  network.partition("two");
  await one.knows(1);
  one.later += PRESENCE.silentMs;
  await sees(first, "3");
});

Deno.test("Presence is whole again when a network that was cut is", async () => {
  using network = new FaultyNetwork(seeded(5));
  using one = new Member("one", network);
  using two = new Member("two", network);
  const first = one.presence.enter("topic", "1");
  const second = two.presence.enter("topic", "2");
  await sees(first, "2");
  await sees(second, "1");
  network.partition("two");
  for (const member of [one, two]) {
    await member.knows(0);
    member.later += PRESENCE.silentMs;
  }
  await Promise.all([sees(first), sees(second)]);
  first.update("1 changed");
  network.partition();
  await Promise.all([sees(first, "2"), sees(second, "1 changed")]);
});

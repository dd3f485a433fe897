import { deepEqual, equal, rejects } from "node:assert/strict";
import { FleetRouter } from "./fleet.ts";
import { LocalRouter } from "./local.ts";
import { NotAskedError, type Owner, type RequestOptions } from "./router.ts";
import type { FleetUplink } from "./uplink.ts";

const test = (name: string, fn: () => void | Promise<void>): void =>
  Deno.test({ name, permissions: "none", fn });

/** Records its calls. */
class FakeUplink implements FleetUplink<string, string, string, string> {
  readonly connected = true;
  readonly peers = 0;
  readonly served = new Map<string, Owner<string, string, string>>();
  readonly asked: { address: string; beginMs: number | undefined }[] = [];
  readonly published: string[] = [];
  readonly listeners = new Set<(event: string) => void>();
  answer: () => Promise<string | undefined> = () => Promise.resolve("from far");

  serve(address: string, owner: Owner<string, string, string>): Disposable {
    this.served.set(address, owner);
    return {
      [Symbol.dispose]: () => void (this.served.get(address) === owner && this.served.delete(address)),
    };
  }

  request(
    address: string,
    _request: string,
    { beginMs }: RequestOptions<string> = {},
  ): Promise<string | undefined> {
    this.asked.push({ address, beginMs });
    return this.answer();
  }

  publish(_address: string, event: string): void {
    this.published.push(event);
  }

  watch(_address: string, listener: (event: string) => void): Disposable {
    this.listeners.add(listener);
    return { [Symbol.dispose]: () => void this.listeners.delete(listener) };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

class FakeOwner implements Owner<string, string, string> {
  displacements = 0;
  handle(request: string): Promise<string> {
    return Promise.resolve(`did ${request}`);
  }
  displaced(): void {
    this.displacements++;
  }
}

/** A fleet router over a fake, on a clock that the test sets. */
function rig() {
  const [near, far] = [new LocalRouter<string, string, string, string>(), new FakeUplink()];
  const clock = { nowMs: 0 };
  return { near, far, clock, router: new FleetRouter(near, far, { now: () => clock.nowMs }) };
}

test("FleetRouter asks its own program first, and others when it has no owner", async () => {
  const { router, far } = rig();
  using _claim = router.claim("cab", new FakeOwner(), 1);
  equal(await router.request("cab", "x"), "did x");
  deepEqual(far.asked, []);
  equal(await router.request("other", "x", { beginMs: 700 }), "from far");
  deepEqual(far.asked, [{ address: "other", beginMs: 700 }]);
  far.answer = () => Promise.reject(new NotAskedError("away"));
  await rejects(router.request("other", "x"), NotAskedError);
});

test("FleetRouter subtracts the time that its own program took to find no owner", async () => {
  const { router, far, near, clock } = rig();
  near.knows = () => true;
  near.request = () => {
    clock.nowMs += 400;
    return Promise.resolve(undefined);
  };
  equal(await router.request("cab", "x", { beginMs: 1_000 }), "from far");
  deepEqual(far.asked, [{ address: "cab", beginMs: 600 }]);
});

test("FleetRouter releases a claim in both routers when it loses it in one, and reports it once", async () => {
  for (const lose of ["near", "far"] as const) {
    const { router, far, near } = rig();
    const owner = new FakeOwner();
    const claim = router.claim("cab", owner, 1);
    equal(claim.held, true);
    if (lose === "near") near.claim("cab", new FakeOwner(), 2);
    else far.served.get("cab")?.displaced();
    equal(claim.held, false);
    equal(far.served.size, 0);
    if (lose === "far") equal(router.owns("cab"), false);
    claim[Symbol.dispose]();
    await Promise.resolve();
    equal(owner.displacements, 1);
  }
});

test("FleetRouter does not serve what its own program refuses", async () => {
  const { router, far } = rig();
  const [high, low] = [new FakeOwner(), new FakeOwner()];
  router.claim("cab", high, 2);
  const served = far.served.get("cab");
  equal(router.claim("cab", low, 1).held, false);
  await Promise.resolve();
  deepEqual([high.displacements, low.displacements], [0, 1]);
  equal(far.served.get("cab"), served);
});

test("FleetRouter serves the owner that claimed last", () => {
  const { router, far } = rig();
  const [old, young] = [new FakeOwner(), new FakeOwner()];
  router.claim("cab", old, 1);
  const claim = router.claim("cab", young, 2);
  equal(old.displacements, 1);
  equal(far.served.size, 1);
  claim[Symbol.dispose]();
  claim[Symbol.dispose]();
  deepEqual([far.served.size, router.owns("cab"), young.displacements], [0, false, 0]);
});

test("FleetRouter publishes to both routers and watches both until the watch is disposed of", () => {
  const { router, far, near } = rig();
  const heard: string[] = [];
  const watch = router.watch("cab", (event) => heard.push(event));
  router.publish("cab", "own");
  for (const listener of far.listeners) listener("far");
  watch[Symbol.dispose]();
  near.publish("cab", "late");
  equal(far.listeners.size, 0);
  deepEqual([heard, far.published], [["own", "far"], ["own"]]);
});

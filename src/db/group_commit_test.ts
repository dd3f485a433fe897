import { deepEqual, equal, rejects } from "node:assert/strict";
import { GroupCommit, QueueFullError } from "./group_commit.ts";

const soon = (run: () => void) => queueMicrotask(run);

Deno.test({
  name: "GroupCommit writes concurrent writes in one commit and returns each result",
  permissions: "none",
  async fn() {
    const commits: number[][] = [];
    const group = new GroupCommit<number, number>((writes) => {
      commits.push([...writes]);
      return Promise.resolve(writes.map((write) => write * 10));
    }, { batchMax: 3, queueMax: 10, schedule: soon });
    deepEqual(await Promise.all([1, 2, 3, 4].map((write) => group.add(write))), [10, 20, 30, 40]);
    deepEqual(commits, [[1, 2, 3], [4]]);
    equal(await group.add(5), 50);
  },
});

Deno.test({
  name: "GroupCommit gathers the next batch while one is being written",
  permissions: "none",
  async fn() {
    const commits: number[][] = [];
    const gate = Promise.withResolvers<void>();
    const group = new GroupCommit<number, void>(async (writes) => {
      commits.push([...writes]);
      await gate.promise;
      return writes.map(() => {});
    }, { batchMax: 10, queueMax: 10, schedule: soon });
    const first = group.add(1);
    while (commits.length === 0) await Promise.resolve();
    const rest = [group.add(2), group.add(3)];
    gate.resolve();
    await Promise.all([first, ...rest]);
    deepEqual(commits, [[1], [2, 3]]);
  },
});

Deno.test({
  name: "GroupCommit rejects all writes of a failed batch and goes on with the next",
  permissions: "none",
  async fn() {
    const group = new GroupCommit<string, string>(
      (writes) => writes.includes("bad") ? Promise.reject(new Error("disk full")) : Promise.resolve(writes),
      { batchMax: 2, queueMax: 10, schedule: soon },
    );
    const results = await Promise.allSettled(["good", "bad", "later"].map((write) => group.add(write)));
    deepEqual(results.map(({ status }) => status), ["rejected", "rejected", "fulfilled"]);
  },
});

Deno.test({
  name: "GroupCommit rejects a write at once when its queue is full",
  permissions: "none",
  async fn() {
    const gate = Promise.withResolvers<void>();
    const group = new GroupCommit<number, void>(async (writes) => {
      await gate.promise;
      return writes.map(() => {});
    }, { batchMax: 1, queueMax: 2, schedule: soon });
    const taken = [group.add(1), group.add(2)];
    await rejects(group.add(3), QueueFullError);
    gate.resolve();
    await Promise.all(taken);
    await group.idle();
  },
});

Deno.test({
  name: "GroupCommit starts a second batch when as many wait as are being written, and never a third",
  permissions: "none",
  async fn() {
    const commits: number[] = [];
    const gates: PromiseWithResolvers<void>[] = [];
    const group = new GroupCommit<number, number>(async (writes) => {
      commits.push(writes.length);
      const gate = Promise.withResolvers<void>();
      gates.push(gate);
      await gate.promise;
      return writes;
    }, { batchMax: 10, queueMax: 100, schedule: soon, aheadFrom: 2 });
    const turn = async () => {
      for (let n = 0; n < 10; n++) await Promise.resolve();
    };
    const added: Promise<number>[] = [];
    const add = async (count: number) => {
      for (let n = 0; n < count; n++) added.push(group.add(added.length));
      await turn();
    };
    await add(3);
    await add(2);
    deepEqual(commits, [3], "fewer wait than are being written");
    await add(1);
    deepEqual(commits, [3, 3]);
    await add(9);
    deepEqual(commits, [3, 3], "two batches are running");
    gates[0]?.resolve();
    await turn();
    deepEqual(commits, [3, 3, 9]);
    for (const gate of gates) gate.resolve();
    deepEqual(await Promise.all(added), Array.from({ length: 15 }, (_, n) => n));
    await group.idle();
  },
});

Deno.test({
  name: "GroupCommit puts a batch together when `exclusive` calls its work",
  permissions: "none",
  async fn() {
    const commits: number[][] = [];
    const gates: PromiseWithResolvers<void>[] = [];
    const group = new GroupCommit<number, number>((writes) => {
      commits.push([...writes]);
      return Promise.resolve(writes);
    }, {
      batchMax: 3,
      queueMax: 10,
      schedule: soon,
      exclusive: async (work) => {
        const gate = Promise.withResolvers<void>();
        gates.push(gate);
        await gate.promise;
        return await work();
      },
    });
    const added = [group.add(1)];
    while (gates.length === 0) await Promise.resolve();
    added.push(...[2, 3, 4].map((write) => group.add(write)));
    gates[0]?.resolve();
    while (gates.length === 1) await Promise.resolve();
    deepEqual(commits, [[1, 2, 3]]);
    gates[1]?.resolve();
    deepEqual(await Promise.all(added), [1, 2, 3, 4]);
    await group.idle();
    deepEqual(commits, [[1, 2, 3], [4]]);
  },
});

Deno.test({
  name: "GroupCommit rejects waiting writes when `exclusive` never calls its work",
  permissions: "none",
  async fn() {
    const group = new GroupCommit<number, number>((writes) => Promise.resolve(writes), {
      batchMax: 3,
      queueMax: 10,
      schedule: soon,
      exclusive: () => Promise.reject(new Error("given up")),
    });
    const results = await Promise.allSettled([1, 2, 3, 4].map((write) => group.add(write)));
    deepEqual(results.map(({ status }) => status), Array(4).fill("rejected"));
    await rejects(group.add(5), /given up/);
    await group.idle();
  },
});

Deno.test({
  name: "GroupCommit.idle() resolves after its time, and schedules nothing while it is busy",
  permissions: "none",
  async fn() {
    let scheduled = 0;
    const gate = Promise.withResolvers<void>();
    const group = new GroupCommit<number, void>(async (writes) => {
      await gate.promise;
      return writes.map(() => {});
    }, {
      batchMax: 1,
      queueMax: 10,
      schedule: (run) => {
        scheduled++;
        queueMicrotask(run);
      },
    });
    await group.idle();
    const written = [group.add(1), group.add(2)];
    const impatient = Array.from({ length: 100 }, () => group.idle(1));
    equal(scheduled, 1, "waiting takes no turns of the event loop");
    await Promise.all(impatient);
    equal(group.isIdle, false);
    const patient = group.idle();
    gate.resolve();
    await patient;
    equal(group.isIdle, true);
    await Promise.all(written);
    await group.idle(1);
    equal(scheduled, 1);
  },
});

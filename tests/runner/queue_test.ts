import { deepEqual, equal } from "node:assert/strict";
import { runAll } from "./queue.ts";

/** Jobs that end when the test says so, and which of them run. */
function jobs(places: Record<string, number>) {
  const running = new Map<string, () => void>();
  const all = Object.entries(places).map(([name, places]) => ({ name, places }));
  const run = ({ name }: { name: string }) =>
    new Promise<string>((resolve) =>
      running.set(name, () => {
        running.delete(name);
        resolve(name);
      })
    );
  return { all, run, running: () => [...running.keys()], end: (name: string) => running.get(name)?.() };
}

/** Lets promises settle. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

const { signal } = new AbortController();

Deno.test("runAll() runs as many at once as there are places, and a small one before a large one that waits", async () => {
  const { all, run, running, end } = jobs({ a: 1, b: 2, c: 2, d: 1 });
  const ended = runAll(all, { places: 4, run, signal });
  await settled();
  deepEqual(running(), ["a", "b", "d"]);
  end("a");
  await settled();
  deepEqual(running(), ["b", "d"], "c needs two places");
  end("d");
  await settled();
  deepEqual(running(), ["b", "c"]);
  for (const name of ["b", "c"]) end(name);
  deepEqual(await ended, ["a", "d", "b", "c"]);
});

Deno.test("runAll() runs alone what takes all places", async () => {
  const { all, run, running, end } = jobs({ a: 1, alone: Infinity, b: 1 });
  const ended = runAll(all, { places: 2, run, signal });
  await settled();
  deepEqual(running(), ["a", "b"]);
  for (const name of ["a", "b"]) end(name);
  await settled();
  deepEqual(running(), ["alone"]);
  end("alone");
  equal((await ended).length, 3);
});

Deno.test("runAll() starts no other one when it is to stop, and waits for those that run", async () => {
  const stopping = new AbortController();
  const { all, run, end } = jobs({ a: 1, b: 1 });
  const ended = runAll(all, { places: 1, run, signal: stopping.signal });
  await settled();
  stopping.abort();
  end("a");
  deepEqual(await ended, ["a"]);
});

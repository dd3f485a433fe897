import { deepEqual, equal, match, ok } from "node:assert/strict";
import { kaigui, TestIo, type TestService, testService } from "../../testing/rigs/cli.ts";

/** Runs commands against a service of their own that has two cabinets. */
function serviceTest(
  name: string,
  fn: (
    run: (args: readonly string[], io?: TestIo) => ReturnType<typeof kaigui>,
    test: TestService,
  ) => Promise<void>,
): void {
  Deno.test(name, async () => {
    await using test = await testService();
    const run = (args: readonly string[], io = new TestIo(test.env)) => kaigui(args, io);
    for (const id of ["a", "b"]) {
      await run(["cabinet", "add", id, "--name", `Cabinet ${id}`, "--board", "raw", "--mode", "open"]);
    }
    await fn(run, test);
  });
}

function namesIn(page: string): string[] {
  return [...page.matchAll(/<h1 [^>]*>([^<]*)<\/h1>/g)].map(([, name = ""]) => name);
}

serviceTest("posters --out writes a page of all cabinets, over an older one", async (run, { folder }) => {
  const file = `${folder}/posters.html`;
  await Deno.writeTextFile(file, "older");
  const { code, out } = await run(["posters", "--out", file]);
  deepEqual([code, out], [0, `${file}  open it in a browser and print it`]);
  const page = await Deno.readTextFile(file);
  match(page, /^<!DOCTYPE html>.*class="page sheet".*<\/html>$/s);
  deepEqual(namesIn(page), ["Cabinet a", "Cabinet b"]);
});

serviceTest(
  "posters writes those that are named to standard output and nothing else",
  async (run, { env }) => {
    for (const args of [[], ["--out", "-"]]) {
      const io = new TestIo(env);
      equal((await run(["posters", "b", "--layout", "sticker", ...args], io)).out, "");
      deepEqual(namesIn(io.sent), ["Cabinet b"]);
      ok(io.sent.includes('class="sticker"'));
    }
  },
);

serviceTest("posters warns of links that only this machine can follow", async (run) => {
  match((await run(["posters", "a"])).err, /this machine only: start the service with PUBLIC_URL/);
});

serviceTest("posters says what is wrong, and writes nothing then", async (run, { folder }) => {
  const file = `${folder}/posters.html`;
  const unknown = await run(["posters", "a", "nowhere", "--out", file]);
  deepEqual([unknown.code, unknown.err], [1, "error: There is no cabinet nowhere"]);
  deepEqual((await run(["posters", "a b", "--out", file])).code, 2);
  deepEqual((await run(["posters", "--layout", "a3", "--out", file])).code, 2);
  equal(await Deno.stat(file).catch(() => undefined), undefined);
  const nowhere = await run(["posters", "--out", `${folder}/nowhere/posters.html`]);
  equal(nowhere.code, 1);
  match(nowhere.err, /error: Cannot write .*nowhere\/posters\.html: /);
});

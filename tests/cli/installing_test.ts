import { deepEqual, equal, match } from "node:assert/strict";
import { kaigui, serviceBehind, TestIo, testService, until } from "../../testing/rigs/cli.ts";
import { simulateCabinet } from "../../src/simulator/mod.ts";

const FILE = "编号,名称,锁控板,模式,格数,注册包\nhall,大厅,8a,open,3,REG-hall\ngym,Gym,9b,open,3,\n";

Deno.test("kaigui import says what a file would do, does it, and then has nothing to do", async () => {
  await using test = await testService();
  const run = async (args: string[], answer?: boolean) => {
    const io = new TestIo(test.env);
    io.input = FILE;
    io.answer = answer;
    return { ...await kaigui(["import", "-", ...args], io), asked: io.asked };
  };
  const tried = await run(["--trial"]);
  match(tried.out, /^3 +gym +wrong +锁控板: "9b": one of 8a, /m);
  match(tried.out, /\n1 would be made, 0 would be changed, 0 unchanged, 1 wrong$/);
  const alone = await run([]);
  deepEqual([alone.code, alone.err], [2, "error: Nobody is here to ask: add --yes to do it"]);
  deepEqual([(await run([], false)).err, tried.asked], ["error: Nothing was done", undefined]);
  const done = await run([], true);
  deepEqual([done.code, done.asked], [1, "Make 1 cabinets and change 0?"], done.err);
  equal(done.err, "error: 1 row is wrong, and left out");
  match(done.out, /\n1 made, 0 changed, 0 unchanged, 1 wrong$/);
  match((await run(["--yes"])).out, /\n0 would be made, 0 would be changed, 1 unchanged, 1 wrong$/);
  equal(JSON.parse((await run(["--json"])).out).counts.unchanged, 1);
  equal(tried.code, 1, "a row is wrong");
  const none = await kaigui(["import", "no-such-file.csv"], new TestIo(test.env));
  equal(none.err, "error: Cannot read no-such-file.csv: there is no such file or folder");
});

Deno.test("kaigui import asks once more where the file would do something else by now", async () => {
  await using test = await testService();
  const direct = `http://127.0.0.1:${test.env["PORT"]}`;
  const at = ["--url", direct];
  const add = ["--name", "Another", "--board", "8a", "--mode", "open", "--cells", "3"];
  let made = 0;
  await using between = serviceBehind({ url: direct }, async ({ url }) => {
    // Between the trial and the first try to do it.
    if (!url.includes("trial=false") || made++ > 0) return;
    equal((await kaigui(["cabinet", "add", "b", ...add, ...at], new TestIo(test.env))).code, 0);
  });
  const file = (id: string) => `id,name,board,mode,cells\n${id},A,8a,open,2\nb,B,8a,open,3\n`;
  const run = async (args: string[], id: string) => {
    const io = new TestIo(test.env);
    io.input = file(id);
    io.answer = true;
    return { ...await kaigui(["import", "-", ...args, "--url", between.url], io), asked: io.asked };
  };
  const asked = await run(["--json"], "a");
  deepEqual([asked.code, asked.asked], [0, "Make 1 cabinets and change 1?"], asked.err);
  deepEqual(JSON.parse(asked.out).counts, { created: 1, changed: 1, unchanged: 0, wrong: 0 });
  match(asked.err, /^2 would be made, 0 would be changed[^]*\n1 would be made, 1 would be changed/);
  equal((await kaigui(["cabinet", "remove", "b", "--yes", ...at], new TestIo(test.env))).code, 0);
  made = 0;
  const unasked = await run(["--yes"], "c");
  deepEqual([unasked.code, unasked.asked], [0, undefined], unasked.err);
  match(unasked.out, /\n1 made, 1 changed, 0 unchanged, 0 wrong$/);
});

Deno.test("kaigui test and open-all open the doors and say which did not", async () => {
  await using test = await testService();
  const io = new TestIo(test.env);
  io.input = FILE;
  equal((await kaigui(["import", "-", "--yes"], io)).code, 1);
  const offline = await kaigui(["test", "hall"], new TestIo(test.env));
  deepEqual([offline.code, offline.err], [1, "error: Cabinet hall is offline: its doors cannot be tested"]);
  await using _cabinet = simulateCabinet({
    hostname: "127.0.0.1",
    port: test.service.device.port,
    registration: new TextEncoder().encode("REG-hall"),
    jammed: [{ lock: 2 }],
  });
  await until(async () => {
    const { out } = await kaigui(["cabinet", "show", "hall", "--json"], new TestIo(test.env));
    return JSON.parse(out).cells[0].door === "closed";
  });
  const tested = await kaigui(
    ["test", "hall", "--cell", "1", "--cell", "2", "--pause", "0"],
    new TestIo(test.env),
  );
  match(tested.out, /^Cell 1 opened, and its switch showed it\.\nCell 2 did not open, or .*\n1 fine, 1 not$/);
  deepEqual([tested.code, tested.err], [1, "error: Cabinet hall is not fine yet"]);

  const args = ["open-all", "hall", "--reason", "fire"];
  equal(
    (await kaigui(args, new TestIo(test.env))).err,
    "error: Nobody is here to ask: add --yes to open them",
  );
  const opened = await kaigui([...args, "--yes"], new TestIo(test.env));
  match(opened.out, /^CELL +STATE +REASON\n2 +failed +did-not-open\n2 opened, 1 not$/);
  equal(opened.err, "error: 1 cells of hall did not open: go and look");
});

import { deepEqual, equal, match } from "node:assert/strict";
import { kaigui, TestIo, testService, until } from "../../testing/rigs/cli.ts";
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
  match(tried.out, /^3 +gym +wrong +锁控板: Invalid option/m);
  match(tried.out, /\n1 would be made, 0 would be changed, 0 unchanged, 1 wrong$/);
  const alone = await run([]);
  deepEqual([alone.code, alone.err], [2, "error: Nobody is here to ask: add --yes to do it"]);
  deepEqual([(await run([], false)).err, tried.asked], ["error: Nothing was done", undefined]);
  const done = await run([], true);
  deepEqual([done.code, done.asked], [0, "Make 1 cabinets and change 0?"], done.err);
  match(done.out, /\n1 made, 0 changed, 0 unchanged, 1 wrong$/);
  match((await run(["--yes"])).out, /\n0 would be made, 0 would be changed, 1 unchanged, 1 wrong$/);
  equal(JSON.parse((await run(["--json"])).out).counts.unchanged, 1);
  const none = await kaigui(["import", "no-such-file.csv"], new TestIo(test.env));
  equal(none.err, "error: Cannot read no-such-file.csv: there is no such file or folder");
});

Deno.test("kaigui test and open-all open the doors and say which did not", async () => {
  await using test = await testService();
  const io = new TestIo(test.env);
  io.input = FILE;
  equal((await kaigui(["import", "-", "--yes"], io)).code, 0);
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

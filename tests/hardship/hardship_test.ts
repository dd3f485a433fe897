/**
 * What the program does where its own process has nothing left, or where a failure is caught by nothing.
 *
 * @module
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { tempFolder } from "../../testing/folders.ts";
import { Program } from "../../testing/program.ts";
import { prlimit, whyNoPrlimit } from "../../testing/servers/prlimit.ts";
import { testUnless } from "../../testing/test_run.ts";

/** Runs a scenario of `exhaustion_child.ts`. */
async function hardship(scenario: string, { descriptors }: { descriptors: number }) {
  await using folder = await tempFolder();
  const child = [
    "run",
    "-P=test",
    new URL("../../testing/programs/exhaustion_child.ts", import.meta.url).pathname,
    scenario,
    folder.path,
  ];
  const [command, ...args] = prlimit(descriptors, child);
  const { code, stdout, stderr } = await new Deno.Command(command, { args }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return {
    code,
    out: (out ?? "").trim().split("\n").filter((line) => !/^(kaigui ready|first owner:)/.test(line)),
    err: err ?? "",
  };
}

testUnless(
  whyNoPrlimit(),
  "an HTTP port that had no descriptor to accept with accepts again by itself",
  async () => {
    const { code, out, err } = await hardship("acceptsAgain", { descriptors: 256 });
    deepEqual([code, out], [0, ["accepted 0 while there was no descriptor", "accepts again"]], err);
  },
);

testUnless(
  whyNoPrlimit(),
  "an isolate that dies while there is no descriptor does not take the process with it, and is started later",
  async () => {
    const { code, out, err } = await hardship("startsAgain", { descriptors: 512 });
    deepEqual([code, out], [0, ["lives without descriptors", "starts again"]], err);
    match(err, /waits for descriptors/);
  },
);

testUnless(
  whyNoPrlimit(),
  "a failure that nothing catches is logged and counted, in the main thread and in an isolate, and ends nothing",
  async () => {
    const { code, out, err } = await hardship("goesOn", { descriptors: 512 });
    deepEqual([code, out], [0, ["goes on"]], err);
    for (
      const what of [
        /a promise of the main thread/,
        /a timer of the main thread/,
        /Cannot read properties of null/,
      ]
    ) {
      match(err, what);
    }
  },
);

testUnless(
  whyNoPrlimit(),
  "with too few descriptors the program says how many it needs, and does not start",
  async () => {
    await using folder = await tempFolder();
    await using program = Program.launch({ DATA_DIR: folder.path }, { descriptors: 128 });
    equal((await program.process.status).code, 1);
    await program.end("SIGKILL");
    match(program.err.join("\n"), /can open \d+ files and sockets, and 1 isolate needs \d+; raise the limit/);
    ok(!program.out.some((line) => line.startsWith("kaigui ready")));
  },
);

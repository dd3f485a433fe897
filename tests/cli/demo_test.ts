import { deepEqual, equal, match, ok } from "node:assert/strict";
import { runDemo } from "../../src/cli/demo/demo.ts";
import { DEMO_CABINETS } from "../../src/cli/demo/cabinets.ts";
import { TestIo, TOKEN, until } from "../../testing/rigs/cli.ts";
import { tempFolder } from "../../testing/folders.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const ENV = { HOST: "127.0.0.1", PORT: "0", DEVICE_PORT: "0", PUBLIC_URL: "", OPERATOR_TOKEN: TOKEN };
/** Other tests of this process need some, too. */
const FEW = { descriptorsMax: 1_024 };
const LAST = "Ctrl-C ends the demo";

Deno.test("the demo shows a link to each of its cabinets, which are online, and leaves nothing behind", async () => {
  await using folder = await tempFolder();
  const io = new TestIo(ENV);
  const running = runDemo(io, folder.path, FEW);
  await until(() => io.text.includes(LAST), () => [io.out, io.err]);
  for (const { id, about } of DEMO_CABINETS) {
    const line = io.text.split("\n").find((line) => line.startsWith(`${id} `)) ?? "";
    ok(line.includes(about), line);
    const response = await fetch(line.split(" ").at(-1) ?? "");
    equal(response.status, 200);
    match(await response.text(), /<title>/i);
  }
  deepEqual(io.err, []);
  equal(io.text.includes("is left alone"), false);
  io.interrupt();
  await running;
  deepEqual(await Array.fromAsync(Deno.readDir(folder.path)), []);
});

Deno.test("the demo ends as cleanly when it is interrupted while it starts", async () => {
  await using folder = await tempFolder();
  const io = new TestIo({ ...ENV, DATA_DIR: "/var/lib/kaigui" });
  io.interrupt();
  await runDemo(io, folder.path, FEW);
  ok(io.text.includes(`DATA_DIR is left alone: the demo keeps its data below ${folder.path}`), io.text);
  deepEqual(await Array.fromAsync(Deno.readDir(folder.path)), []);
});

Deno.test("the demo's log is quiet but for taps", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "-P=demo", "src/cli/demo/demo.ts"],
    cwd: ROOT,
    env: ENV,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  await using demo = child;
  const log = new Response(child.stderr).text();
  let text = "";
  for await (const part of demo.stdout.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (!part.includes(LAST)) continue;
    const [, url = ""] = /cabinet list --url (\S+)/.exec(text) ?? [];
    const answer = await fetch(`${url}/api/v1/cabinets/lobby-a/cells/3/open`, {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    equal((await answer.json()).state, "opened");
    demo.kill("SIGINT");
  }
  const records = (await log).trim().split("\n").map((line) => JSON.parse(line));
  deepEqual(records.map(({ cabinet, cell, state }) => [cabinet, cell, state]), [["lobby-a", 3, "opened"]]);
});

/** With the permissions of `deno task demo`, and no terminal on which to ask for more. */
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`the demo as a program ends with 0 on ${signal} and removes its folder`, async () => {
    const args = ["run", "--quiet", "--no-prompt", "-P=demo", "src/cli/demo/demo.ts"];
    const command = new Deno.Command(Deno.execPath(), {
      args,
      cwd: ROOT,
      env: { ...ENV, OPERATOR_TOKEN: "" },
      stdout: "piped",
      stderr: "null",
    });
    await using demo = command.spawn();
    let text = "";
    for await (const part of demo.stdout.pipeThrough(new TextDecoderStream())) {
      text += part;
      // Twice, as `deno task` does when the person presses Ctrl-C.
      if (part.includes(LAST)) { for (let times = 0; times < 2; times++) demo.kill(signal); }
    }
    equal((await demo.status).code, 0, text);
    const [, path = ""] = /kept in (.*)\/operator\.token/.exec(text) ?? [];
    match(path, /data\/demo-/);
    await Deno.lstat(`${ROOT}${path}`).then(() => ok(false, `${path} is still there`), () => {});
  });
}

/**
 * The client as others get it: packed and installed by npm, and run by Node against the real program.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import ts from "typescript";
import { pack } from "../../client/pack.ts";
import { simulateCabinet } from "../../src/simulator/mod.ts";
import { api, putCabinet } from "../../testing/api.ts";
import { tempFolder } from "../../testing/folders.ts";
import { guestCookie } from "../../testing/page.ts";
import { Program, TOKEN } from "../../testing/program.ts";
import { testUnless, whyLeftOut } from "../../testing/test_run.ts";

const README = new URL("../../client/README.md", import.meta.url);

/** Why Node's tests are left out; `undefined`: they can run. */
function whyNoNode(): string | undefined {
  const has = (command: string) => {
    try {
      return new Deno.Command(command, { args: ["--version"], stdout: "null", stderr: "null" }).outputSync()
        .success;
    } catch {
      return false;
    }
  };
  return whyLeftOut(has("node") && has("npm") ? undefined : "node or npm is not installed");
}

/** Runs a program in the folder to its end, and gives what it wrote. */
async function run(
  folder: string,
  [command = "", ...args]: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args, cwd: folder, env }).output();
  const text = new TextDecoder();
  equal(success, true, text.decode(stderr));
  return text.decode(stdout);
}

/** The walk of the package's README. */
async function walk(): Promise<string> {
  const [, code = ""] = /```js\n([^]*?)```/.exec(await Deno.readTextFile(README)) ?? [];
  return code;
}

/** A folder in which npm has installed the package, and nothing else. */
async function installed(): Promise<AsyncDisposable & { readonly path: string }> {
  await using stack = new AsyncDisposableStack();
  const { path } = stack.use(await tempFolder());
  await pack(`${path}/kaigui-client`);
  const tarball = (await run(path, ["npm", "pack", "--silent", "./kaigui-client"])).trim();
  await Deno.remove(`${path}/kaigui-client`, { recursive: true });
  await run(path, ["npm", "install", "--silent", "--no-audit", "--no-fund", "--offline", `./${tarball}`]);
  const resources = stack.move();
  return { path, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

testUnless(whyNoNode(), "the packed client, installed by npm, runs its README's walk in Node", async () => {
  await using stack = new AsyncDisposableStack();
  const program = stack.use(await Program.start(stack.use(await tempFolder()).path));
  const cabinet = stack.use(simulateCabinet({
    hostname: "127.0.0.1",
    port: program.devicePort,
    // As the cabinet of `kaigui simulate --create`.
    registration: new TextEncoder().encode("SIM-sim-1"),
    redialMs: [50, 100],
  }));
  await putCabinet(program, "sim-1", { registration: { text: "SIM-sim-1" }, cells: { count: 24 } });
  await guestCookie(program, "sim-1");
  const { path } = stack.use(await installed());
  await Deno.writeTextFile(`${path}/walk.mjs`, await walk());
  const out = await run(path, ["node", "walk.mjs"], { KAIGUI_URL: program.url, KAIGUI_TOKEN: TOKEN });
  deepEqual(out.trim().split("\n"), [
    "cell 7: opened",
    "true",
    "permits: 1",
    "Lobby, ground floor",
    "sim-1: Lobby, ground floor",
  ]);
  equal(cabinet.pulseCount(1, 7), 1);
  equal((await api(program, "GET", "/cabinets")).body.total, 1, "no other cabinet is made");
});

testUnless(whyNoNode(), "the packed client's types say what an operation takes and answers", async () => {
  await using folder = await installed();
  const files = {
    "right.mts": call({ board: "8a", field: "online" }),
    "board.mts": call({ board: "8z", field: "online" }),
    "field.mts": call({ board: "8a", field: "colour" }),
  };
  for (const [name, code] of Object.entries(files)) {
    await Deno.writeTextFile(`${folder.path}/${name}`, code);
  }
  const program = ts.createProgram(Object.keys(files).map((name) => `${folder.path}/${name}`), {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    lib: ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
    types: [],
  });
  const mistakes = ts.getPreEmitDiagnostics(program);
  const said = mistakes.map(({ file, messageText }) =>
    `${file?.fileName.split("/").at(-1)}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`
  );
  match(said.join("\n"), /^board\.mts: .*"8z".*\n(field\.mts: .*'colour'.*\n?)+$/);
});

/** A call that is wrong if there is no such family of boards, or no such field of a cabinet. */
function call({ board, field }: { board: string; field: string }): string {
  return `
    import { type Cabinet, createClient, Kaigui } from "kaigui-client";
    const client = createClient({ baseUrl: "http://127.0.0.1/api/v1" });
    const { data } = await new Kaigui({ client }).cabinetsPut({
      throwOnError: true,
      path: { id: "a" },
      body: { name: "A", board: "${board}", mode: "open", cells: { count: 1, size: "M" } },
    });
    const cabinet: Cabinet = data;
    export const seen = cabinet.${field};
  `;
}

import { deepEqual, equal, match } from "node:assert/strict";
import { codeOf, readPng, readSvg, rows } from "../../testing/qr_reader.ts";
import { type Ended, kaigui, TestIo, type TestService, testService } from "../../testing/rigs/cli.ts";

const PUBLIC_URL = "https://k.example";
const LINK = `${PUBLIC_URL}/c/lobby-a`;
const ADD = ["--name", "A", "--board", "raw", "--mode", "open"];

/** Runs commands against a service of their own that has two cabinets. */
function serviceTest(
  name: string,
  fn: (run: (args: readonly string[], io?: TestIo) => Promise<Ended>, test: TestService) => Promise<void>,
  settings: Readonly<Record<string, string>> = { PUBLIC_URL },
): void {
  Deno.test(name, async () => {
    await using test = await testService(settings);
    const run = (args: readonly string[], io = new TestIo(test.env)) => kaigui(args, io);
    for (const id of ["lobby-a", "lobby-b"]) await run(["cabinet", "add", id, ...ADD]);
    await fn(run, test);
  });
}

/** Reads a code off a terminal, without its margin of two. */
function readText(lines: readonly string[], size: number): string[] {
  return rows(size, (row, column) => {
    const character = lines[row + 2 >> 1]?.[column + 2] ?? "?";
    return (row % 2 === 0 ? "█▀" : "█▄").includes(character);
  });
}

serviceTest("qr shows the code of the link, which a reader can follow", async (run) => {
  const { code, out, err } = await run(["qr", "lobby-a"]);
  deepEqual([code, err], [0, ""]);
  const modules = codeOf(LINK);
  const lines = out.split("\n");
  deepEqual(readText(lines, modules.length), modules);
  equal(lines.at(-1), `lobby-a  ${LINK}`);
});

serviceTest("qr is black on white on a terminal whatever its colours", async (run, { env }) => {
  const { out } = await run(["qr", "lobby-a"], new TestIo(env, 80));
  for (const line of out.split("\n").slice(0, -1)) {
    equal(line.startsWith("\x1b[38;5;16;48;5;231m "), true);
    equal(line.endsWith(" \x1b[0m"), true);
  }
});

serviceTest(
  "qr --svg writes the code as a picture of the size that was asked for",
  async (run, { folder }) => {
    const file = `${folder}/a.svg`;
    equal((await run(["qr", "lobby-a", "--svg", file, "--size", "300"])).out, `${file}  ${LINK}`);
    const svg = await Deno.readTextFile(file);
    match(svg, /^<svg [^>]*width="300" height="300"/);
    deepEqual(readSvg(svg), codeOf(LINK));
  },
);

serviceTest("qr --png - writes the picture to standard output and nothing else", async (run, { env }) => {
  const io = new TestIo(env);
  equal((await run(["qr", "lobby-a", "--png", "-", "--size", "200"], io)).out, "");
  const [png = new Uint8Array(), ...more] = io.bytes;
  equal(more.length, 0);
  const code = codeOf(LINK);
  deepEqual(readPng(png, code.length), { width: 200, height: 200, code });
});

serviceTest("qr --out fills a folder, a picture for each cabinet", async (run, { folder }) => {
  const out = `${folder}/a/b`;
  for (const format of ["svg", "png"]) {
    equal((await run(["qr", "lobby-a", "lobby-b", "--out", out, "--format", format])).code, 0);
  }
  const names = (await Array.fromAsync(Deno.readDir(out))).map(({ name }) => name).sort();
  deepEqual(names, ["lobby-a.png", "lobby-a.svg", "lobby-b.png", "lobby-b.svg"]);
});

serviceTest("qr refuses a cabinet that is not there, and writes nothing then", async (run, { folder }) => {
  const { code, err, out } = await run(["qr", "lobby-a", "lobby-c", "--out", `${folder}/codes`]);
  deepEqual([code, err, out], [1, "error: There is no cabinet lobby-c", ""]);
  equal(await Deno.stat(`${folder}/codes`).catch(() => undefined), undefined);
});

serviceTest("qr, posters, cabinet add and cabinet show say the same link", async (run, { env }) => {
  // What the command line itself is set to does not matter.
  const elsewhere = { ...env, PUBLIC_URL: "https://elsewhere.example" };
  const links: (string | undefined)[] = [];
  const said = async (args: readonly string[], pattern: RegExp) => {
    const io = new TestIo(elsewhere);
    const { out } = await run(args, io);
    links.push(pattern.exec(out + io.sent)?.[1]);
  };
  await said(["qr", "lobby-a"], /lobby-a {2}(\S+)$/);
  await said(["posters", "lobby-a"], /role="img" aria-label="([^"]+)"/);
  await said(["cabinet", "show", "lobby-a"], /^link +(\S+)$/m);
  await said(["cabinet", "add", "lobby-a", ...ADD, "--replace"], /\n(\S+)$/);
  deepEqual(links, [LINK, LINK, LINK, LINK]);
});

serviceTest("qr warns of a link that only this machine can follow", async (run, { env }) => {
  const { out, err } = await run(["qr", "lobby-a", "lobby-b"]);
  match(err, /^These links work on this machine only: start the service with PUBLIC_URL[^\n]*$/);
  match(out, new RegExp(`lobby-a {2}http://127\\.0\\.0\\.1:${env["PORT"]}/c/lobby-a$`, "m"));
}, {});

serviceTest("qr says why it cannot write", async (run, { folder }) => {
  const { code, err } = await run(["qr", "lobby-a", "--svg", `${folder}/none/a.svg`]);
  deepEqual([code, err], [1, `error: Cannot write ${folder}/none/a.svg: there is no such file or folder`]);
});

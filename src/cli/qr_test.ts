import { deepEqual, equal, match } from "node:assert/strict";
import { codeOf, readPng, readSvg, rows } from "../_qr_reader.ts";
import { kaigui, tempFolder, TestIo } from "./_testing.ts";

const LINK = "https://k.example/c/lobby-a";
const env = { PUBLIC_URL: "https://k.example" };

/** Reads a code off a terminal, without its margin of two. */
function readText(lines: readonly string[], size: number): string[] {
  return rows(size, (row, column) => {
    const character = lines[row + 2 >> 1]?.[column + 2] ?? "?";
    return (row % 2 === 0 ? "█▀" : "█▄").includes(character);
  });
}

Deno.test("qr shows the code of the link, which a reader can follow", { permissions: "none" }, async () => {
  const { code, out } = await kaigui(["qr", "lobby-a"], new TestIo(env));
  equal(code, 0);
  const modules = codeOf(LINK);
  const lines = out.split("\n");
  deepEqual(readText(lines, modules.length), modules);
  equal(lines.at(-1), `lobby-a  ${LINK}`);
});

Deno.test("qr is black on white on a terminal whatever its colours", { permissions: "none" }, async () => {
  const { out } = await kaigui(["qr", "lobby-a"], new TestIo(env, 80));
  for (const line of out.split("\n").slice(0, -1)) {
    equal(line.startsWith("\x1b[38;5;16;48;5;231m "), true);
    equal(line.endsWith(" \x1b[0m"), true);
  }
});

Deno.test("qr --svg writes the code as a picture of the size that was asked for", async () => {
  await using folder = await tempFolder();
  const file = `${folder.path}/a.svg`;
  const { out } = await kaigui(["qr", "lobby-a", "--svg", file, "--size", "300"], new TestIo(env));
  equal(out, `${file}  ${LINK}`);
  const svg = await Deno.readTextFile(file);
  match(svg, /^<svg [^>]*width="300" height="300"/);
  const code = codeOf(LINK);
  deepEqual(readSvg(svg), code);
});

Deno.test(
  "qr --png - writes the picture to standard output and nothing else",
  { permissions: "none" },
  async () => {
    const io = new TestIo(env);
    const { out } = await kaigui(["qr", "lobby-a", "--png", "-", "--size", "200"], io);
    equal(out, "");
    const [png = new Uint8Array(), ...more] = io.bytes;
    equal(more.length, 0);
    const code = codeOf(LINK);
    deepEqual(readPng(png, code.length), { width: 200, height: 200, code });
  },
);

Deno.test("qr --out fills a folder, a picture for each cabinet", async () => {
  await using folder = await tempFolder();
  const out = `${folder.path}/a/b`;
  for (const format of ["svg", "png"]) {
    equal((await kaigui(["qr", "x", "y", "--out", out, "--format", format], new TestIo(env))).code, 0);
  }
  const names = (await Array.fromAsync(Deno.readDir(out))).map(({ name }) => name).sort();
  deepEqual(names, ["x.png", "x.svg", "y.png", "y.svg"]);
});

Deno.test("qr warns of a link that only this machine can follow", { permissions: "none" }, async () => {
  match((await kaigui(["qr", "a"], new TestIo())).err, /this machine only: set PUBLIC_URL/);
  equal((await kaigui(["qr", "a", "--url", "http://192.0.2.1"], new TestIo())).err, "");
  equal((await kaigui(["qr", "a"], new TestIo(env))).err, "");
});

Deno.test("qr says why it cannot write", { permissions: { write: false } }, async () => {
  const { code, err } = await kaigui(["qr", "a", "--svg", "a.svg"], new TestIo(env));
  deepEqual([code, err], [1, "error: Cannot write a.svg: only files below this folder may be used"]);
});

/**
 * What the operator prints: posters, and codes alone, from the running program.
 *
 * @module
 */
import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { codeOf, readPng, readSvg } from "../../testing/qr_reader.ts";
import { OPERATOR } from "../../src/lib/limits.ts";
import { api, putCabinet } from "../../testing/api.ts";
import { tempFolder } from "../../testing/folders.ts";
import { Program, TOKEN } from "../../testing/program.ts";
import { isProblem } from "../../testing/operator_rig.ts";

const { postersMax, codePixelsMin, codePixelsMax, codePixelsDefault } = OPERATOR;
const LONG = "长".repeat(OPERATOR.textMax);

/** One test with a program of its own. */
function programTest(
  name: string,
  run: (program: Program) => Promise<void>,
  env: Record<string, string> = {},
): void {
  Deno.test(name, async () => {
    await using folder = await tempFolder();
    await using program = await Program.start(folder.path, env);
    await run(program);
  });
}

async function get(program: Program, path: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${program.url}/api/v1${path}`, {
    headers: { authorization: `Bearer ${TOKEN}`, ...headers },
  });
  return { status: response.status, headers: response.headers, body: await response.bytes() };
}

/** A page of posters, as its reader sees it. */
async function posters(program: Program, query = "", headers: Record<string, string> = {}) {
  const { status, body, ...answer } = await get(program, `/posters${query}`, headers);
  const html = new TextDecoder().decode(body);
  equal(status, 200, html);
  const codes = [...html.matchAll(/<div class="code" role="img" aria-label="([^"]*)">(.*?)<\/div>/gs)];
  return {
    html,
    headers: answer.headers,
    links: codes.map(([, link]) => link),
    codes: codes.map(([svg]) => svg),
  };
}

programTest("posters are of all cabinets or of those that are named, as they are named", async (program) => {
  isProblem(await api(program, "GET", "/posters"), 404, /no cabinet yet/);
  for (const id of ["c", "a", "b"]) await putCabinet(program, id);
  const linksOf = (...ids: string[]) => ids.map((id) => `${program.url}/c/${id}`);
  const all = await posters(program);
  deepEqual(all.links, linksOf("a", "b", "c"));
  deepEqual(all.codes.map(readSvg), linksOf("a", "b", "c").map(codeOf));
  deepEqual((await posters(program, "?cabinet=c&cabinet=a")).links, linksOf("c", "a"));
  const stickers = await posters(program, "?cabinet=b&layout=sticker");
  deepEqual(stickers.links, linksOf("b"));
  match(stickers.html, /class="sticker"/);
  doesNotMatch(all.html, /class="sticker"/);
});

programTest("posters may run no script and keep any name as it is", async (program) => {
  await putCabinet(program, "a", { name: `<script>alert("1")</script>` });
  await putCabinet(program, "b", { name: LONG, mode: "storage" });
  const { html, headers } = await posters(program);
  match(headers.get("content-type") ?? "", /^text\/html; charset=utf-8/i);
  match(headers.get("content-security-policy") ?? "", /^default-src 'none'; style-src 'sha256-[\w+/]+=';/);
  doesNotMatch(headers.get("content-security-policy") ?? "", /unsafe|script-src/);
  doesNotMatch(html, /<script/);
  match(html, />&lt;script&gt;alert\(&quot;1&quot;\)&lt;\/script&gt;<\/h1>/);
  match(html, new RegExp(`>${LONG}</h1>`));
});

programTest("posters and codes are refused with what is wrong", async (program) => {
  await putCabinet(program, "a");
  const paths: [string, number, RegExp][] = [
    ["/posters?cabinet=a&cabinet=nowhere", 404, /no cabinet nowhere/],
    ["/posters?cabinet=a%00", 422, /^cabinet\.0: letters/],
    ["/posters?layout=a3", 422, /^layout: /],
    ["/posters?colour=red", 422, /colour/],
    ["/cabinets/nowhere/qr.svg", 404, /no cabinet nowhere/],
    ["/cabinets/a%00/qr.png", 404, /no cabinet/],
    [`/cabinets/a/qr.png?size=${codePixelsMin - 1}`, 422, /^size: /],
    [`/cabinets/a/qr.png?size=${codePixelsMax + 1}`, 422, /^size: /],
    ["/cabinets/a/qr.png?size=large", 422, /^size: /],
    ["/cabinets/a/qr.gif", 404, /There is no GET/],
  ];
  for (const [path, status, detail] of paths) isProblem(await api(program, "GET", path), status, detail);
  for (const path of ["/posters", "/cabinets/a/qr.svg", "/cabinets/a/qr.png"]) {
    const stranger = { authorization: "Bearer guess" };
    isProblem(await api(program, "GET", path, { headers: stranger }), 401, /token is not known/);
  }
});

programTest("posters have a limit, and more cabinets than that have to be named", async (program) => {
  const ids = Array.from({ length: postersMax + 1 }, (_, index) => `c${index}`);
  const plain = { board: "raw", registration: null, cells: [] };
  for (const id of ids) await putCabinet(program, id, plain);
  isProblem(await api(program, "GET", "/posters"), 422, new RegExp(`more than ${postersMax} cabinets`));
  const named = (some: readonly string[]) => `?${some.map((id) => `cabinet=${id}`).join("&")}`;
  isProblem(await api(program, "GET", `/posters${named(ids)}`), 422, new RegExp(`^cabinet: .*${postersMax}`));
  equal((await posters(program, named(ids.slice(1)))).links.length, postersMax);
});

programTest("a code is a picture of the size that was asked for, kept by a browser only", async (program) => {
  await putCabinet(program, "a");
  const code = codeOf(`${program.url}/c/a`);
  for (const [query, pixels] of [["", codePixelsDefault], ["?size=64", 64], ["?size=2048", 2048]] as const) {
    const png = await get(program, `/cabinets/a/qr.png${query}`);
    deepEqual(readPng(png.body, code.length), { width: pixels, height: pixels, code });
    const svg = await get(program, `/cabinets/a/qr.svg${query}`);
    const text = new TextDecoder().decode(svg.body);
    deepEqual(readSvg(text), code);
    match(text, new RegExp(`^<svg [^>]*width="${pixels}" height="${pixels}"`));
    for (const [{ headers }, type] of [[png, "image/png"], [svg, "image/svg+xml"]] as const) {
      equal(headers.get("content-type"), type);
      match(headers.get("cache-control") ?? "", /^private, max-age=[1-9]/);
    }
  }
});

programTest(
  "without a public address codes say where the request went, encrypted or not",
  async (program) => {
    await putCabinet(program, "a");
    const encrypted = `${program.url.replace("http:", "https:")}/c/a`;
    const proxied = { "x-forwarded-proto": "https" };
    deepEqual((await posters(program, "", proxied)).links, [encrypted]);
    const { body } = await get(program, "/cabinets/a/qr.svg", proxied);
    deepEqual(readSvg(new TextDecoder().decode(body)), codeOf(encrypted));
  },
  { TRUSTED_PROXIES: "1" },
);

programTest("codes say the public address where there is one", async (program) => {
  await putCabinet(program, "a");
  deepEqual((await posters(program)).links, ["https://k.example/c/a"]);
  const { body } = await get(program, "/cabinets/a/qr.svg");
  deepEqual(readSvg(new TextDecoder().decode(body)), codeOf("https://k.example/c/a"));
}, { PUBLIC_URL: "https://k.example" });

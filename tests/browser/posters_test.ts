/**
 * Posters as a browser prints them, from the real program.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import type { Page } from "playwright-core";
import { codeOf, rows } from "../../testing/qr_reader.ts";
import { OPERATOR } from "../../src/lib/limits.ts";
import { putCabinet } from "../../testing/api.ts";
import { tempFolder } from "../../testing/folders.ts";
import { Program, TOKEN } from "../../testing/program.ts";
import { launch, whyNoBrowser } from "../../testing/browser/browser.ts";
import { testUnless } from "../../testing/test_run.ts";

/** CSS pixels in a millimetre: an inch has 96. */
const MM = 96 / 25.4;
const PUBLIC_URL = "https://k.example";
/** Light modules around a code. */
const MARGIN = 4;

/** A contact that is as long as one may be. */
function contactOf(character: string): Record<string, string> {
  const { telephoneCharactersMax, contactCharactersMax } = OPERATOR;
  return {
    telephone: "8".repeat(telephoneCharactersMax),
    text: character.repeat(contactCharactersMax),
  };
}

/** Names and contacts that are hard to print. */
const CABINETS: Readonly<Record<string, Record<string, unknown>>> = {
  a: { name: "大堂 A · Lobby A" },
  b: { name: "一".repeat(OPERATOR.textMax), mode: "storage", contact: contactOf("一") },
  c: { name: "W".repeat(OPERATOR.textMax), mode: "assigned", contact: contactOf("W") },
  d: { name: "خزانة الطابق الأول <b> 🔑" },
  e: { name: "W".repeat(72), mode: "storage" },
  [`f${"x".repeat(63)}`]: { name: "abcdefgh ".repeat(12), mode: "storage" },
};

/** The operator's page, and the browser's complaints. */
async function printed(layout: string, run: (page: Page) => Promise<void>): Promise<void> {
  await using folder = await tempFolder();
  await using program = await Program.start(folder.path, { PUBLIC_URL });
  for (const [id, more] of Object.entries(CABINETS)) await putCabinet(program, id, more);
  await using browser = await launch();
  const headers = { authorization: `Bearer ${TOKEN}` };
  const page = await (await browser.newContext({ extraHTTPHeaders: headers })).newPage();
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  await page.goto(`${program.url}/api/v1/posters?layout=${layout}`);
  await page.emulateMedia({ media: "print" });
  await run(page);
  deepEqual(complaints, []);
}

function printTest(name: string, layout: string, run: (page: Page) => Promise<void>): void {
  testUnless(whyNoBrowser(), name, {
    // Playwright keeps pipes and timers beyond the browser's end.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: () => printed(layout, run),
  });
}

/** How many A4 pages are printed. */
async function pagesOf(page: Page): Promise<number> {
  const pdf = new TextDecoder("latin1").decode(await page.pdf({ preferCSSPageSize: true }));
  const sizes = [...pdf.matchAll(/\/MediaBox \[0 0 (\d+)\.?\d* (\d+)\.?\d*\]/g)].map(([, ...size]) => size);
  ok(sizes.every(([width, height]) => width === "594" && height === "841"), sizes.join("; "));
  return sizes.length;
}

/** The parts of a poster that do not fit. */
async function clipped(page: Page): Promise<unknown> {
  return await page.evaluate(`[...document.querySelectorAll(".page, .sticker, h1, li, .help")]
    .filter((e) => e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1)
    .map((e) => e.outerHTML.slice(0, 80))`);
}

/** The printed codes, and the width of one with its margin, in millimetres. */
async function codesOf(page: Page): Promise<{ width: number; codes: string[][] }> {
  const ids = Object.keys(CABINETS);
  const found = await page.locator(".code svg").all();
  equal(found.length, ids.length);
  const codes: string[][] = [];
  const eye = await page.context().newPage();
  for (const [index, svg] of found.entries()) {
    const size = codeOf(`${PUBLIC_URL}/c/${ids[index]}`).length;
    codes.push(await sampled(eye, await svg.screenshot(), size));
  }
  await eye.close();
  const box = await found[0]?.boundingBox();
  return { width: (box?.width ?? 0) / MM, codes };
}

/** Reads the middle of each module of a picture. */
async function sampled(page: Page, picture: Uint8Array, size: number): Promise<string[]> {
  const modules = size + 2 * MARGIN;
  const greys = await page.evaluate<number[]>(`(async () => {
    const blob = await (await fetch("data:image/png;base64,${picture.toBase64()}")).blob();
    const image = await createImageBitmap(blob);
    const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
    canvas.drawImage(image, 0, 0);
    const middle = (index, length) => Math.floor((index + 0.5) * length / ${modules});
    return Array.from({ length: ${modules ** 2} }, (_, index) => canvas.getImageData(
      middle(index % ${modules}, image.width), middle(Math.floor(index / ${modules}), image.height), 1, 1).data[0]);
  })()`);
  return rows(modules, (row, column) => (greys[row * modules + column] ?? 0) < 128);
}

/** A code with its margin. */
function inMargin(code: readonly string[]): string[] {
  const size = code.length;
  return rows(size + 2 * MARGIN, (row, column) => code[row - MARGIN]?.[column - MARGIN] === "#");
}

const expected = Object.keys(CABINETS).map((id) => inMargin(codeOf(`${PUBLIC_URL}/c/${id}`)));

printTest("a sheet is one A4 page with all of the name, and its code can be read", "sheet", async (page) => {
  equal(await pagesOf(page), Object.keys(CABINETS).length);
  deepEqual(await clipped(page), []);
  const { width, codes } = await codesOf(page);
  deepEqual(codes, expected);
  ok(width * (1 - 2 * MARGIN / (expected[0]?.length ?? 0)) >= 90, `the code is in a square of ${width} mm`);
});

printTest(
  "stickers are squares of 100 mm, four on a page, and each code can be read",
  "sticker",
  async (page) => {
    equal(await pagesOf(page), 2);
    deepEqual(await clipped(page), []);
    deepEqual((await codesOf(page)).codes, expected);
    const box = await page.locator(".sticker").first().boundingBox();
    deepEqual([box?.width, box?.height].map((length) => Math.round((length ?? 0) / MM)), [100, 100]);
  },
);

/**
 * The files that are sent to the phone. `deno task build` makes them before the tests run.
 *
 * @module
 */
import assert from "node:assert/strict";
import { openApi } from "../../src/operator/openapi.ts";
import type { CabinetView, Mode } from "../../src/cabinet/types.ts";
import { renderJoin } from "../../src/console/shell.tsx";
import { renderPage } from "../../src/page/shell.tsx";

/** The size of a first load, compressed: a second on a slow network. */
const firstLoadBytesMax = 40 * 1024;

/** The same of the page on which a link is used. */
const joinBytesMax = 20 * 1024;

/** The same of the reference of the API, which is for desks first. */
const referenceBytesMax = 60 * 1024;

function built(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return Deno.readFile(new URL(`../../dist/${name}`, import.meta.url));
}

async function gzipped(content: BlobPart): Promise<number> {
  const stream = new Blob([content]).stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(stream).arrayBuffer()).byteLength;
}

/** The page of a cabinet with so many doors in columns of ten, of which the person rents nearly all. */
function pageOf(mode: Mode, doors: number): string {
  const numbers = Array.from({ length: doors }, (_, index) => index + 1);
  const sizes = ["S", "M", "L", "XL"];
  const cells = numbers.map((cell) => {
    return { cell, size: sizes[cell % 4] ?? "S", state: "held", door: "closed" } as const;
  });
  const columns = numbers.filter((cell) => cell % 10 === 1).map((first) =>
    cells.slice(first - 1, first + 9).map(({ cell }) => ({ cell }))
  );
  const cabinet: CabinetView = {
    id: "c",
    name: "一号楼大厅 A 柜",
    mode,
    online: true,
    cells,
    sizes,
    layout: { columns },
  };
  const since = "2026-01-05T06:00:00.000Z";
  const rentals = numbers.slice(0, mode === "storage" ? 8 : 0).map((cell) => {
    return { rental: crypto.randomUUID(), cell, state: "held", since } as const;
  });
  return renderPage({
    you: { id: crypto.randomUUID(), name: "李" },
    cabinet,
    rentals,
    lang: "zh",
    canScan: true,
  });
}

for (const mode of ["open", "storage", "assigned"] as const) {
  Deno.test(`the first load of a large cabinet (${mode}) is small enough for a phone in a basement`, async () => {
    const parts = {
      html: await gzipped(pageOf(mode, 120)),
      css: await gzipped(await built("page.css")),
      js: Math.max(await gzipped(await built("page.js")), await gzipped(await built("page_en.js"))),
    };
    const all = parts.html + parts.css + parts.js;
    assert.ok(all <= firstLoadBytesMax, `${all} bytes gzipped: ${JSON.stringify(parts)}`);
  });
}

Deno.test("the page loads nothing but its own script and style", () => {
  const html = pageOf("storage", 24);
  // What an <a> names is loaded when the person follows it.
  const asked = [...html.matchAll(/<(?!a\s)\w+[^>]*?\s(?:src|href)="([^"]*)"/g)].map(([, address]) =>
    address
  );
  assert.deepEqual(asked, ["data:,", "/assets/page.css", "/assets/page.js?lang=zh"]);
});

Deno.test("the page on which a link is used is no larger than it needs to be", async () => {
  const all = await gzipped(renderJoin({ lang: "zh", version: "0" })) +
    await gzipped(await built("join.css")) +
    Math.max(await gzipped(await built("join.js")), await gzipped(await built("join_en.js")));
  assert.ok(all <= joinBytesMax, `${all} bytes gzipped`);
});

Deno.test("the reference of the API has each call of the document once, and each of its links leads somewhere", async () => {
  const html = new TextDecoder().decode(await built("reference.html"));
  const ids = [...html.matchAll(/ id="([^"]*)"/g)].map(([, id = ""]) => id);
  assert.equal(new Set(ids).size, ids.length);
  const { paths } = openApi() as { paths: Record<string, Record<string, { operationId: string }>> };
  const calls = Object.values(paths).flatMap((methods) => Object.values(methods));
  assert.deepEqual(calls.map(({ operationId }) => operationId).filter((id) => !ids.includes(id)), []);
  const links = [...html.matchAll(/ href="#([^"]*)"/g)].map(([, id = ""]) => id);
  assert.deepEqual(links.filter((id) => !ids.includes(id)), []);
});

Deno.test("the reference of the API is no larger than it needs to be, and has no script", async () => {
  const html = await built("reference.html");
  const all = await gzipped(html) + await gzipped(await built("reference.css"));
  assert.ok(all <= referenceBytesMax, `${all} bytes gzipped`);
  assert.doesNotMatch(new TextDecoder().decode(html), /<script|<style| style=| on[a-z]+=/);
});

Deno.test("the scripts have no server code, and each has one language only", async () => {
  const chinese = /[\u4e00-\u9fff]|\\u[4-9][0-9a-f]{3}/i;
  for (
    const [name, other] of [
      ["page.js", /"Sign out"/],
      ["page_en.js", chinese],
      ["join.js", /"Show password"/],
      ["join_en.js", chinese],
    ] as const
  ) {
    const script = new TextDecoder().decode(await built(name));
    assert.doesNotMatch(script, /discriminatedUnion|isEscaped|<!DOCTYPE/);
    assert.doesNotMatch(script, other);
  }
});

Deno.test("the styles are minified", async () => {
  for (const name of ["page.css", "join.css"]) {
    assert.doesNotMatch(new TextDecoder().decode(await built(name)), /\n {2}|\/\*/, name);
  }
});

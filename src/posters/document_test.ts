import { deepEqual, doesNotMatch, equal, ok } from "node:assert/strict";
import { createHash } from "node:crypto";
import { codeOf, readSvg } from "../../testing/qr_reader.ts";
import { type Poster, POSTERS_POLICY, renderPosters } from "./mod.ts";
import { howTos } from "./texts.ts";

const permissions = "none";
const LAYOUTS = ["sheet", "sticker"] as const;

/** A poster with this id. */
function posterOf(id: string, more: Partial<Poster> = {}): Poster {
  const link = `https://k.example/c/${id}`;
  return { id, name: `Cabinet ${id}`, mode: "open", contact: null, link, ...more };
}

/** The parts between each start and the next end. */
function between(html: string, start: string, end: string): string[] {
  return html.split(start).slice(1).map((part) => part.split(end)[0] ?? "");
}

Deno.test({
  name: "renderPosters() draws each poster's code, name and id, in order",
  permissions,
  fn: async () => {
    const posters = ["b", "a", "lobby-1.2_C"].map((id) => posterOf(id));
    for (const layout of LAYOUTS) {
      const html = await renderPosters(posters, { layout });
      const codes = between(html, '<div class="code"', "</div>").map(readSvg);
      deepEqual(codes, posters.map(({ link }) => codeOf(link)));
      const names = between(html, "<h1 ", "</h1>").map((h1) => h1.split(">")[1]);
      deepEqual(names, posters.map(({ name }) => name));
      const footers = between(html, "<footer>", "</footer>");
      ok(posters.every(({ id }, index) => footers[index]?.includes(id)), footers.join());
    }
  },
});

Deno.test({
  name: "renderPosters() says whom to call where the operator says it, and nothing where not",
  permissions,
  fn: async () => {
    const contact = { telephone: "400 123 4567", text: "物业前台 & <Front desk>" };
    for (const layout of LAYOUTS) {
      const [helped = ""] = between(
        await renderPosters([posterOf("a", { contact })], { layout }),
        '<p class="help">',
        "</p>",
      );
      ok(helped.includes("帮助") && helped.includes("<strong>400 123 4567</strong>"), helped);
      ok(helped.includes("物业前台 &amp; &lt;Front desk&gt;"), helped);
      doesNotMatch(await renderPosters([posterOf("a")], { layout }), /class="help"/);
    }
  },
});

Deno.test({
  name: "renderPosters() escapes names with any characters",
  permissions,
  fn: async () => {
    const name = `</h1><script>alert("1")</script> 'x' & 🔑 خزانة ${"长".repeat(150)}`;
    for (const layout of LAYOUTS) {
      const html = await renderPosters([posterOf("a", { name })], { layout });
      doesNotMatch(html, /<script/);
      const [h1 = ""] = between(html, "<h1 ", "</h1>");
      const shown = h1.slice(h1.indexOf(">") + 1).replaceAll("&lt;", "<").replaceAll("&gt;", ">")
        .replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&");
      equal(shown, name);
    }
  },
});

Deno.test({
  name: "renderPosters() says how to use a cabinet of each mode, in Chinese first",
  permissions,
  fn: async () => {
    for (const mode of ["open", "storage", "assigned"] as const) {
      const { title, steps } = howTos[mode];
      const html = await renderPosters([posterOf("a", { mode })], { layout: "sheet" });
      const shown = [...html.matchAll(/<span class="(?:zh|en)"[^>]*>([^<]*)<\/span>/g)].map(([, text]) =>
        text
      );
      deepEqual(shown, [title, ...steps].flatMap(({ zh, en }) => [zh, en]));
    }
  },
});

Deno.test({
  name: "renderPosters() puts a sheet for each cabinet, or four stickers, on a page",
  permissions,
  fn: async () => {
    const posters = Array.from({ length: 5 }, (_, index) => posterOf(`c${index}`));
    for (const [layout, pages] of [["sheet", [1, 1, 1, 1, 1]], ["sticker", [4, 1]]] as const) {
      const html = await renderPosters(posters, { layout });
      const codes = between(html, '<section class="page', "</section>").map((page) =>
        page.split("<h1 ").length - 1
      );
      deepEqual(codes, pages);
    }
  },
});

Deno.test({
  name: "renderPosters() needs nothing that POSTERS_POLICY forbids",
  permissions,
  fn: async () => {
    for (const layout of LAYOUTS) {
      const html = await renderPosters([posterOf("a")], { layout });
      doesNotMatch(html, / style=|<script| on[a-z]+=|<link|<img|<base|<form| src=| href=|url\(/);
      const [style = "", ...more] = between(html, "<style>", "</style>");
      equal(more.length, 0);
      const hash = createHash("sha256").update(style).digest("base64");
      deepEqual(POSTERS_POLICY.split("; ").filter((rule) => !rule.endsWith(" 'none'")), [
        `style-src 'sha256-${hash}'`,
      ]);
    }
  },
});

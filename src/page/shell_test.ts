import assert from "node:assert/strict";
import { cabinetOf, cellOf, rentalOf, you } from "../../testing/rigs/page.ts";
import { noticeTexts, type PageNoticeKind } from "./text/notice_texts.ts";
import { renderNotice, renderPage } from "./shell.tsx";

const permissions = "none";

const nobody = { you, rentals: [], canScan: false } as const;

function jsonIn(html: string): unknown {
  return JSON.parse(html.match(/<script type="application\/json" id="state">(.*?)<\/script>/)?.[1] ?? "");
}

Deno.test({
  name: "renderPage() shows the cabinet before any script has run",
  permissions,
  fn() {
    const html = renderPage({ ...nobody, cabinet: cabinetOf({ cells: [cellOf(7)] }), lang: "zh" });
    assert.match(html, /^<!DOCTYPE html><html lang="zh-CN">/);
    assert.match(html, /<title>Lobby A · 开柜<\/title>/);
    assert.match(html, /<button type="button" class="cell tone-calm"[^>]* aria-disabled="true"/);
    assert.match(html, /<span class="main">已关<\/span>/);
  },
});

Deno.test({
  name: "renderPage() hands its data to the script, whatever characters the names have",
  permissions,
  fn() {
    const data = {
      ...nobody,
      you: { id: "u", name: "</script><script>alert(1)</script>" },
      cabinet: cabinetOf({ name: '"><!--<script>&amp;' }),
      lang: "en",
    } as const;
    const html = renderPage(data);
    assert.deepEqual(jsonIn(html), data);
    assert.equal(html.match(/<script/g)?.length, 2);
    assert.doesNotMatch(html, /<!--|alert\(1\)<\/script>/);
  },
});

Deno.test({
  name: "renderPage() loads the script of its own language, whatever the phone's is",
  permissions,
  fn() {
    for (const lang of ["zh", "en"] as const) {
      const html = renderPage({ ...nobody, cabinet: cabinetOf(), lang }, { version: "7" });
      assert.match(html, new RegExp(`src="/assets/page\\.js\\?v=7&(amp;)?lang=${lang}"`));
    }
  },
});

Deno.test({
  name: "renderPage() and renderNotice() have nothing inline that the content policy forbids",
  permissions,
  fn() {
    const page = renderPage({ ...nobody, cabinet: cabinetOf(), lang: "zh" });
    for (const html of [page, renderNotice({ lang: "zh", kind: "error" })]) {
      assert.doesNotMatch(html, / style=|<style| on[a-z]+=/);
    }
  },
});

Deno.test({
  name: "renderNotice() says what is wrong and what to do",
  permissions,
  fn() {
    assert.match(renderNotice({ lang: "zh", kind: "unknown-cabinet" }), /没有找到这个柜子/);
    assert.match(renderNotice({ lang: "en", kind: "not-signed-in" }), /Please open this in WeChat/);
    assert.match(renderNotice({ lang: "en", kind: "error" }), /<a class="[^"]*" href="">Reload<\/a>/);
  },
});

Deno.test({
  name: "renderNotice() has texts in both languages for every kind, and links to the given address",
  permissions,
  fn() {
    for (const lang of ["zh", "en"] as const) {
      for (const kind of Object.keys(noticeTexts[lang]) as PageNoticeKind[]) {
        const html = renderNotice({ lang, kind, again: "/c/lobby-a" });
        assert.ok(html.includes(noticeTexts[lang][kind].next), kind);
        assert.equal(html.includes('href="/c/lobby-a"'), "again" in noticeTexts[lang][kind], kind);
      }
    }
  },
});

Deno.test({
  name:
    "renderPage() shows the rentals before any script has run, with how long ago instead of the time of day",
  permissions,
  fn() {
    const since = "2026-01-05T06:00:00.000Z";
    const until = "2026-01-05T09:00:00.000Z";
    const html = renderPage({
      ...nobody,
      cabinet: cabinetOf({ mode: "storage" }),
      rentals: [rentalOf("r", { since, until })],
      lang: "zh",
    }, { nowMs: Date.parse("2026-01-05T08:00:00Z") });
    assert.match(html, /2\u00a0小时前 存入/);
    assert.match(html, /还剩 1\u00a0小时</);
    assert.match(html, /<span class="main">开门<\/span>/);
  },
});

Deno.test({
  name: "renderPage() says whom to ask where the person has no permit, with their number",
  permissions,
  fn() {
    const html = renderPage({ ...nobody, cabinet: cabinetOf({ mode: "assigned" }), permits: [], lang: "en" });
    assert.match(html, /Ask the operator/);
    assert.match(html, /<code>u1<\/code>/);
    assert.doesNotMatch(html, /data-cell=/);
  },
});

Deno.test({
  name: "renderPage() has a row with whom to call, and leaves it out where the operator says none",
  permissions: "none",
  fn() {
    const contact = { telephone: "400 123 4567", text: "物业前台" };
    const html = renderPage({ ...nobody, cabinet: cabinetOf({ mode: "storage", contact }), lang: "zh" });
    assert.match(html, /<h2 id="contact-title">帮助<\/h2>.*<a href="tel:4001234567">/s);
    assert.equal(html.match(/<a href="tel:/g)?.length, 2, "in the row, and where it is said what to do");
    assert.doesNotMatch(renderPage({ ...nobody, cabinet: cabinetOf(), lang: "zh" }), /tel:|contact-title/);
  },
});

Deno.test({
  name: "renderNotice() shows whom to call where the cabinet is known and the words send people there",
  permissions: "none",
  fn() {
    const contact = { telephone: "400 123 4567" };
    assert.match(renderNotice({ lang: "zh", kind: "not-signed-in", contact }), /tel:4001234567/);
    assert.doesNotMatch(renderNotice({ lang: "zh", kind: "too-many", contact }), /tel:/);
    assert.doesNotMatch(renderNotice({ lang: "zh", kind: "not-signed-in" }), /tel:/);
  },
});

import assert from "node:assert/strict";
import { cabinetOf, cellOf, you } from "./_fakes.ts";
import { renderNotice, renderPage } from "./shell.tsx";

const permissions = "none";

function jsonIn(html: string): unknown {
  return JSON.parse(html.match(/<script type="application\/json" id="state">(.*?)<\/script>/)?.[1] ?? "");
}

Deno.test({
  name: "renderPage() says what there is before any script ran",
  permissions,
  fn() {
    const html = renderPage({ you, cabinet: cabinetOf({ cells: [cellOf(7)] }), lang: "zh" });
    assert.match(html, /^<!DOCTYPE html><html lang="zh-CN">/);
    assert.match(html, /<title>Lobby A · 开柜<\/title>/);
    assert.match(
      html,
      /<button type="button"[^>]* aria-label="7 号柜，中号，已关"[^>]* aria-disabled="true"/,
    );
  },
});

Deno.test({
  name: "renderPage() hands its data to the script, whatever the names hold",
  permissions,
  fn() {
    const data = {
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
  name: "renderPage() and renderNotice() have nothing inline that the content policy forbids",
  permissions,
  fn() {
    const page = renderPage({ you, cabinet: cabinetOf(), lang: "zh" });
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
    assert.match(renderNotice({ lang: "en", kind: "error" }), /<a class="again" href="">Reload<\/a>/);
  },
});

import { doesNotMatch, match } from "node:assert/strict";
import { LOG_IN } from "../lib/limits.ts";
import { renderJoin } from "./shell.tsx";

Deno.test({
  name: "renderJoin() is readable before its script has run, in its language",
  permissions: "none",
  fn() {
    const zh = renderJoin({ lang: "zh", version: "7" });
    match(zh, /^<!DOCTYPE html><html lang="zh-CN">/);
    match(zh, /正在核对链接/);
    match(zh, /<noscript>[^<]*JavaScript/);
    match(zh, /src="\/assets\/join\.js\?v=7&(amp;)?lang=zh"/);
    match(renderJoin({ lang: "en", version: "7" }), /<html lang="en">.*lang=en.*Checking the link/s);
  },
});

Deno.test({
  name: "renderJoin() has nothing inline that the content policy forbids, and no form before the script runs",
  permissions: "none",
  fn() {
    for (const lang of ["zh", "en"] as const) {
      const html = renderJoin({ lang, version: "7" });
      doesNotMatch(html, / style=|<style| on[a-z]+=|<form|https?:/);
      match(html, new RegExp(`"passwordMin":${LOG_IN.passwordCharactersMin}`));
    }
  },
});

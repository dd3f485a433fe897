import { deepEqual, equal, notEqual } from "node:assert/strict";
import { assetRoutes, type Assets, versionOf } from "./assets.ts";

function assetsOf(style: string): Assets {
  return new Map([["page.css", { body: new TextEncoder().encode(style), type: "text/css; charset=utf-8" }]]);
}

Deno.test("assetRoutes() has a script for each language, by the page's word or else the phone's", async () => {
  const type = "text/javascript; charset=utf-8";
  const script = (text: string) => ({ body: new TextEncoder().encode(text), type });
  const routes = assetRoutes(new Map([["page.js", script("zh")], ["page_en.js", script("en")]]));
  const served = async (query: string, language: string) => {
    const answer = await routes.request(`/page.js${query}`, { headers: { "accept-language": language } });
    equal(answer.headers.get("vary")?.toLowerCase().includes("accept-language"), true);
    return await answer.text();
  };
  deepEqual([
    await served("", "zh-CN"),
    await served("?v=0", "en-US,en;q=0.9"),
    await served("?v=0&lang=en", "zh-CN"),
    await served("?v=0&lang=zh", "en"),
    await served("?lang=en", "en"),
  ], ["zh", "en", "en", "zh", "en"]);
});

Deno.test("assetRoutes() has a browser keep what it asks for by its version, and nothing else", async () => {
  const assets = assetsOf("a{}");
  const version = versionOf(assets);
  notEqual(version, versionOf(assetsOf("b{}")));
  const cached = async (path: string) => {
    const answer = await assetRoutes(assets).request(path);
    equal(await answer.text(), "a{}");
    return answer.headers.get("cache-control");
  };
  deepEqual([
    await cached(`/page.css?v=${version}`),
    await cached("/page.css?v=0"),
    await cached("/page.css"),
  ], [
    "public, max-age=31536000, immutable",
    "no-cache",
    "no-cache",
  ]);
  equal((await assetRoutes(assets).request("/other.css")).status, 404);
});

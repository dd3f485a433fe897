import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
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

Deno.test("assetRoutes() has each page's own script in each language, and a style for both", async () => {
  const file = (text: string) => ({ body: new TextEncoder().encode(text), type: "text/plain" });
  const names = ["page.js", "page_en.js", "join.js", "join_en.js", "join.css"];
  const routes = assetRoutes(new Map(names.map((name) => [name, file(name)])));
  const served = async (path: string) => await (await routes.request(path)).text();
  deepEqual([
    await served("/join.js?lang=zh"),
    await served("/join.js?lang=en"),
    await served("/page.js?lang=en"),
    await served("/join.css?lang=en"),
  ], ["join.js", "join_en.js", "page_en.js", "join.css"]);
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

Deno.test("assetRoutes() compresses for who takes it, and tells who has a file that nothing changed", async () => {
  const style = "a{color:red}".repeat(200);
  const routes = assetRoutes(assetsOf(style));
  const get = (headers: Record<string, string>) => routes.request("/page.css", { headers });
  for (const coding of ["gzip", "gzip, deflate, br", "br, GZIP;q=0.5"]) {
    const answer = await get({ "accept-encoding": coding });
    equal(answer.headers.get("content-encoding"), "gzip", coding);
    ok(answer.body);
    equal(await new Response(answer.body.pipeThrough(new DecompressionStream("gzip"))).text(), style);
  }
  for (const coding of ["", "br", "gzip;q=0", "identity, gzip;q=0.1"]) {
    const answer = await get({ "accept-encoding": coding });
    deepEqual([answer.headers.get("content-encoding"), await answer.text()], [null, style], coding);
  }
  for (const coding of ["gzip", "identity"]) {
    const { headers } = await get({ "accept-encoding": coding });
    const tag = headers.get("etag") ?? "";
    match(tag, coding === "gzip" ? /^W\/"\w+"$/ : /^"\w+"$/);
    const again = await get({ "accept-encoding": coding, "if-none-match": `"other", ${tag}` });
    deepEqual([again.status, await again.text(), again.headers.get("etag")], [304, "", tag]);
    equal(again.headers.get("cache-control"), "no-cache");
    equal((await get({ "accept-encoding": coding, "if-none-match": '"other"' })).status, 200);
  }
});

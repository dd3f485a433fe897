import { deepEqual, equal, notEqual } from "node:assert/strict";
import { assetRoutes, type Assets, versionOf } from "./assets.ts";

function assetsOf(style: string): Assets {
  return new Map([["page.css", { body: new TextEncoder().encode(style), type: "text/css; charset=utf-8" }]]);
}

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

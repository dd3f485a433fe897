import { type Context, Hono } from "hono";
import { etag } from "hono/etag";
import { shortHash, StaticAnswer } from "../http/static_answer.ts";
import { languageOf } from "../users/mod.ts";

/** The pages' files for the browser, by name. */
export type Assets = ReadonlyMap<string, { readonly body: Uint8Array<ArrayBuffer>; readonly type: string }>;

/** Stands for these files, and for no others. */
export function versionOf(assets: Assets): string {
  return shortHash([...assets.values()].map(({ body }) => body));
}

/** The scripts in Chinese, each with the one in English that is sent under the same name. */
const SCRIPTS: ReadonlyMap<string, string> = new Map([["page.js", "page_en.js"], ["join.js", "join_en.js"]]);
const STYLES = ["page.css", "join.css", "reference.css"];

const TYPES: Readonly<Record<string, string>> = Object.fromEntries([
  ...[...SCRIPTS].flat().map((name) => [name, "text/javascript; charset=utf-8"]),
  ...STYLES.map((name) => [name, "text/css; charset=utf-8"]),
]);

/**
 * Reads what `deno task build` made.
 *
 * @throws {Error} if it was not run
 */
export function readAssets(folder: string): Assets {
  return new Map(Object.entries(TYPES).map(([name, type]) => [name, { body: read(folder, name), type }]));
}

/** What the reference of the API is called among the files. It names their version, so it is none of them. */
export const REFERENCE = "reference.html";

/**
 * Reads the reference of the API.
 *
 * @throws {Error} if `deno task build` was not run
 */
export function readReference(folder: string): Uint8Array<ArrayBuffer> {
  return read(folder, REFERENCE);
}

function read(folder: string, name: string): Uint8Array<ArrayBuffer> {
  try {
    return Deno.readFileSync(`${folder}/${name}`);
  } catch (error) {
    throw new Error(`Cannot read the pages' files in ${folder}: run deno task build`, { cause: error });
  }
}

/**
 * Serves them. A browser that names their version keeps them for good; others, as with a page of another version while programs are
 * being upgraded, ask each time and mostly hear that nothing changed. They are hashed and compressed once, here.
 */
export function assetRoutes(assets: Assets): Hono {
  const routes = new Hono();
  const version = versionOf(assets);
  const ready = new Map([...assets].map(([name, { body, type }]) => [name, new StaticAnswer(body, type)]));
  // Compares the tags that are there; it makes none.
  routes.use(etag());
  routes.get("/:name", (c) => {
    const name = c.req.param("name");
    const asset = ready.get(wantsEnglish(c) ? SCRIPTS.get(name) ?? name : name);
    if (!asset) return c.notFound();
    return asset.respond(c, {
      "vary": "accept-language, accept-encoding",
      "cache-control": c.req.query("v") === version ? "public, max-age=31536000, immutable" : "no-cache",
    });
  });
  return routes;
}

/** The page names its language; a Chinese one of the version before does not, and is that of the phone. */
function wantsEnglish(c: Context): boolean {
  return (c.req.query("lang") ?? languageOf(c)) === "en";
}

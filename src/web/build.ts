// Bundles scripts and styles for the browser into `dist/`, for `assets.ts`, and writes the reference of the API beside them.
import config from "../../deno.json" with { type: "json" };
import { openApi } from "../operator/openapi.ts";
import { type ApiDocument, renderReference } from "../reference/mod.ts";
import { readAssets, REFERENCE, versionOf } from "./assets.ts";

const root = new URL("../../", import.meta.url);
const hono = config.imports.hono;

/**
 * The components are compiled for `hono/jsx`, which renders strings on the server. In the browser the same calls
 * go to the runtime of its DOM renderer, so that the bundle has no server code.
 */
const browserImports = {
  "hono/jsx/jsx-runtime": `${hono}/jsx/dom/jsx-runtime`,
  "hono/jsx/dom": `${hono}/jsx/dom`,
};

const importMap = `data:application/json,${encodeURIComponent(JSON.stringify({ imports: browserImports }))}`;

/** A room's files, which lie together: what is bundled at once from several folders would come into several folders. */
const ROOMS = [
  ["src/page/page.ts", "src/page/page_en.ts", "src/page/page.css"],
  ["src/console/join.ts", "src/console/join_en.ts", "src/console/join.css"],
  ["src/reference/reference.css"],
];

for (const files of ROOMS) {
  const args = [
    "bundle",
    "--quiet",
    "--platform=browser",
    "--minify",
    `--import-map=${importMap}`,
    "--outdir=dist",
    ...files,
  ];
  // By name, not by path, so that the permission to run `deno` suffices. Its errors go straight to the terminal.
  const { success, code } = await new Deno.Command("deno", { args, cwd: root, stderr: "inherit" }).output();
  if (!success) Deno.exit(code);
}

const dist = new URL("dist", root).pathname;
// The document is written as what it declares.
const reference = renderReference(openApi() as unknown as ApiDocument, {
  version: versionOf(readAssets(dist)),
});
Deno.writeTextFileSync(`${dist}/${REFERENCE}`, reference);

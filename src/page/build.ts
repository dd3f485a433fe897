// Bundles the page's script and style for the browser into `dist/`.
import config from "../../deno.json" with { type: "json" };

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

const args = [
  "bundle",
  "--quiet",
  "--platform=browser",
  "--minify",
  `--import-map=data:application/json,${encodeURIComponent(JSON.stringify({ imports: browserImports }))}`,
  "--outdir=dist",
  "src/page/page.ts",
  "src/page/page_en.ts",
  "src/page/page.css",
];

// By name, not by path, so that the permission to run `deno` suffices. Its errors go straight to the terminal.
const { code } = await new Deno.Command("deno", { args, cwd: root, stderr: "inherit" }).output();
Deno.exit(code);

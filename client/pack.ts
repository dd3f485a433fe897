/**
 * Compiles the client to what Node and browsers take, and puts the npm package together: `deno task client`.
 *
 * @module
 */
import ts from "typescript";
import config from "../deno.json" with { type: "json" };

const ROOT = new URL("../", import.meta.url);

/** What is said of the package. */
const PACKAGE = {
  name: "kaigui-client",
  version: config.version,
  description: "The client of Kaigui's REST API, generated from its OpenAPI document",
  license: config.license,
  type: "module",
  exports: { ".": { types: "./mod.d.ts", default: "./mod.js" } },
  types: "./mod.d.ts",
  sideEffects: false,
  engines: { node: ">=20" },
};

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
  types: [],
  rewriteRelativeImportExtensions: true,
  declaration: true,
};

/**
 * Puts the package into a folder, in place of what is in it.
 *
 * @throws {TypeError} if the client's source has a mistake
 */
export async function pack(folder: string): Promise<void> {
  await Deno.remove(folder, { recursive: true }).catch(ignoreMissing);
  compile(folder);
  await Deno.writeTextFile(`${folder}/package.json`, `${JSON.stringify(PACKAGE, null, 2)}\n`);
  await Deno.copyFile(new URL("client/README.md", ROOT), `${folder}/README.md`);
  await Deno.copyFile(new URL("LICENSE", ROOT), `${folder}/LICENSE`);
}

function compile(folder: string): void {
  const options = { ...OPTIONS, outDir: folder };
  const host = ts.createCompilerHost(options);
  const readFile = host.readFile.bind(host);
  // Here, all is checked, by the options that the generator writes for.
  host.readFile = (name) => readFile(name)?.replace("// @ts-nocheck", "");
  // TypeScript leaves `.ts` in what declarations import, which it finds itself, but Deno does not.
  host.writeFile = (name, text) => {
    ts.sys.writeFile(name, text.replace(/(from (["'])\.[^"']+)\.ts\2/g, "$1.js$2"));
  };
  const program = ts.createProgram([new URL("client/mod.ts", ROOT).pathname], options, host);
  const mistakes = [...ts.getPreEmitDiagnostics(program), ...program.emit().diagnostics];
  if (mistakes.length === 0) return;
  throw new TypeError(
    ts.formatDiagnostics(mistakes, {
      getCurrentDirectory: () => ROOT.pathname,
      getCanonicalFileName: (name) => name,
      getNewLine: () => "\n",
    }),
  );
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

if (import.meta.main) await pack(new URL("dist/kaigui-client", ROOT).pathname);

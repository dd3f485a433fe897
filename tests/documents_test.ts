/**
 * The documents name files that are there, and links in them lead somewhere.
 *
 * @module
 */
import { equal } from "node:assert/strict";

const ROOT = new URL("../", import.meta.url);
const FILE = /^[\w./-]+\.(?:tsx?|css|c|h|sh|ya?ml|cfg)$/;

const documents = (await Array.fromAsync(filesIn(""))).filter((path) => path.endsWith(".md"));
const files = new Set(await Array.fromAsync(filesIn("")));
const names = new Set([...files].map((path) => path.slice(path.lastIndexOf("/") + 1)));

Deno.test("every file that a document names is there", async () => {
  const missing: string[] = [];
  for (const document of documents) {
    // The change log tells of what was.
    if (document === "CHANGELOG.md") continue;
    for (const [, named = ""] of (await read(document)).matchAll(/`([^`\n]+)`/g)) {
      if (FILE.test(named) && !isThere(named)) missing.push(`${document}: ${named}`);
    }
  }
  equal(missing.join("\n"), "");
});

Deno.test("every function, class and constant that a document about the inside names is there", async () => {
  const sources = await Promise.all(
    [...files].filter((path) => /^(src|migrations|testing|tests|examples)\/.*\.(tsx?|js)$/.test(path)).map(
      read,
    ),
  );
  const words = new Set(sources.join("\n").match(/[A-Za-z_]\w+/g));
  const missing: string[] = [];
  for (
    const document of documents.filter((path) =>
      path.startsWith("docs/architecture") || path.includes("internals/")
    )
  ) {
    for (const [, named = ""] of (await read(document)).matchAll(/`([A-Za-z_]\w+)(?:\(\))?`/g)) {
      if (!words.has(named)) missing.push(`${document}: ${named}`);
    }
  }
  equal(missing.join("\n"), "");
});

Deno.test("every link from a document to a file or a heading leads there", async () => {
  const missing: string[] = [];
  for (const document of documents) {
    for (const [, link = ""] of (await read(document)).matchAll(/\]\((?!\w+:)([^)\s]+)\)/g)) {
      const { pathname, hash } = new URL(link, new URL(document, ROOT));
      const path = decodeURIComponent(pathname).slice(ROOT.pathname.length);
      const isFolder = [...files].some((file) => file.startsWith(path));
      if (!files.has(path) && !isFolder) missing.push(`${document}: ${link}`);
      else if (hash && !headings(await read(path)).includes(hash.slice(1))) {
        missing.push(`${document}: ${link}`);
      }
    }
  }
  equal(missing.join("\n"), "");
});

Deno.test("no code in a line of a document goes on in the next one", async () => {
  const broken: string[] = [];
  for (const document of documents) {
    let isBlock = false;
    for (const [index, line] of (await read(document)).split("\n").entries()) {
      const ticks = line.match(/`/g)?.length ?? 0;
      if (/^\s*```/.test(line)) isBlock = !isBlock;
      else if (!isBlock && ticks % 2 === 1) broken.push(`${document}:${index + 1}`);
    }
  }
  equal(broken.join("\n"), "");
});

/** Paths begin at the root or in `src/`; a name alone is enough where the text says which file it is. */
function isThere(named: string): boolean {
  return named.includes("/") ? files.has(named) || files.has(`src/${named}`) : names.has(named);
}

/** The headings as fragments of addresses, as code hosts make them. */
function headings(markdown: string): string[] {
  return Array.from(
    markdown.matchAll(/^#+ (.*)$/gm),
    ([, title = ""]) => title.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-"),
  );
}

function read(path: string): Promise<string> {
  return Deno.readTextFile(new URL(path, ROOT));
}

async function* filesIn(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    if ([".git", "node_modules", "dist", "data"].includes(name)) continue;
    if (isDirectory) yield* filesIn(`${folder}${name}/`);
    else yield `${folder}${name}`;
  }
}

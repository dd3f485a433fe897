/**
 * The house, as `docs/architecture.md` draws it: which room may import which, that there is no circle, and that no
 * folder is crowded.
 *
 * @module
 */
import { deepEqual } from "node:assert/strict";
import { circlesIn, type ImportGraph, importsOf, sourcesIn } from "../testing/imports.ts";

/** What each room, a folder of `src/`, may import besides itself. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  boards: [],
  simulator: ["lib"],
  migrations: [],
  metrics: ["cabinet", "lib"],
  router: ["lib"],
  http: ["lib"],
  wechat: ["lib"],
  cabinet: ["boards", "lib", "router"],
  protocol: ["cabinet", "lib"],
  db: ["cabinet", "lib", "migrations"],
  device: ["boards", "cabinet", "lib", "router"],
  locker: ["boards", "cabinet", "db", "lib", "router"],
  staff: ["cabinet", "db", "lib", "locker"],
  posters: ["cabinet", "lib"],
  reference: [],
  page: ["cabinet", "lib", "protocol"],
  console: ["cabinet", "lib", "page"],
  users: ["cabinet", "http", "lib", "locker", "page", "protocol", "router", "wechat"],
  operator: ["boards", "cabinet", "db", "http", "lib", "locker", "metrics", "posters", "router", "staff"],
  web: ["console", "db", "http", "lib", "operator", "reference", "users"],
  observability: ["db", "device", "http", "lib", "locker", "metrics", "router", "users", "wechat"],
};

/** Rooms that put others together and may import all. */
const COMPOSITION = ["app", "cli"];

/** Files of source in a folder, without tests: more are not seen at a glance. */
const FILES_MAX = 15;

const graph: ImportGraph = new Map();
for await (const file of sourcesIn("src", "migrations")) graph.set(file, await importsOf(file));

Deno.test("every import goes along an arrow", () => {
  const wrong: string[] = [];
  for (const [file, imports] of graph) {
    const from = roomOf(file);
    if (COMPOSITION.includes(from)) continue;
    for (const { path } of imports) {
      const to = roomOf(path);
      if (to !== from && !ARROWS[from]?.includes(to)) wrong.push(`${file} -> ${path}`);
    }
  }
  deepEqual(wrong, []);
});

Deno.test("no file imports itself by way of others, types included", () => {
  deepEqual(circlesIn(graph), []);
});

Deno.test("no room, and no folder beside others in a room, imports itself by way of others", () => {
  deepEqual(circlesIn(grouped(roomOf)), []);
  for (const room of new Set([...graph.keys()].map(roomOf))) {
    // What lies in the room itself puts its folders together.
    const folders = grouped((file) => roomOf(file) === room ? folderOf(file) : "");
    folders.delete("");
    folders.delete(`src/${room}`);
    deepEqual(circlesIn(folders), []);
  }
});

Deno.test("every file lies in a room, and no folder is crowded", () => {
  const files = Map.groupBy(graph.keys(), folderOf);
  deepEqual(files.get("src"), undefined);
  deepEqual([...files].filter(([, { length }]) => length > FILES_MAX).map(([folder]) => folder), []);
});

Deno.test("no source imports what only tests use", () => {
  const wrong = [...graph].filter(([, imports]) =>
    imports.some(({ path }) => /^(tests|testing|bench)\//.test(path))
  );
  deepEqual(wrong.map(([file]) => file), []);
});

Deno.test("browser code takes nothing but types from other rooms", () => {
  const wrong: string[] = [];
  for (const [file, imports] of graph) {
    if (!["page", "console"].includes(roomOf(file))) continue;
    for (const { path, isType } of imports) {
      if (!isType && ["cabinet", "protocol"].includes(roomOf(path))) wrong.push(`${file} -> ${path}`);
    }
  }
  deepEqual(wrong, []);
});

Deno.test("circlesIn() finds each circle once", () => {
  const to = (...paths: string[]) => paths.map((path) => ({ path, isType: true }));
  const drawn = new Map([["a", to("b")], ["b", to("c", "d")], ["c", to("a")], ["d", to("e")], [
    "e",
    to("d", "a_b"),
  ]]);
  deepEqual(circlesIn(drawn), [["d", "e"], ["a", "b", "c"]]);
});

/** The graph of what `groupOf` puts together. */
function grouped(groupOf: (file: string) => string): ImportGraph {
  const groups: ImportGraph = new Map();
  for (const [file, imports] of graph) {
    const from = groupOf(file);
    const others = imports.map(({ path, isType }) => ({ path: groupOf(path), isType })).filter(({ path }) =>
      path !== from
    );
    groups.set(from, [...groups.get(from) ?? [], ...others]);
  }
  return groups;
}

function folderOf(file: string): string {
  return file.slice(0, Math.max(0, file.lastIndexOf("/")));
}

function roomOf(file: string): string {
  return file.replace(/^src\//, "").split("/")[0] as string;
}

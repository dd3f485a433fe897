/**
 * What the source's files import from each other.
 *
 * @module
 */

const ROOT = new URL("../", import.meta.url);

/** An import of another file of this repository; paths begin at its root. */
export interface Import {
  readonly path: string;
  readonly isType: boolean;
}

/** What each file, or each folder, imports. */
export type ImportGraph = Map<string, readonly Import[]>;

/** All files of source in the folders: tests are none. */
export async function* sourcesIn(...folders: readonly string[]): AsyncGenerator<string> {
  for (const folder of folders) {
    for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
      const path = `${folder}/${name}`;
      if (isDirectory) yield* sourcesIn(path);
      else if (/\.tsx?$/.test(path) && !/_test\.tsx?$/.test(path)) yield path;
    }
  }
}

/** The imports and re-exports of a file, those of types and those at run time included. */
export async function importsOf(file: string): Promise<readonly Import[]> {
  const text = await Deno.readTextFile(new URL(file, ROOT));
  const found = text.matchAll(/(?:^(?:import|export)( type)?[^;]*?from |\bimport\()"(\.[^"]+\.tsx?)"/gms);
  return Array.from(found, ([, type, path = ""]) => ({
    path: new URL(path, new URL(file, ROOT)).href.slice(ROOT.href.length),
    isType: type !== undefined,
  }));
}

/** The circles in a graph, each as its members in the order of their names (Tarjan's strongly connected components). */
export function circlesIn(graph: ImportGraph): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];
  const lowOf = (node: string) => low.get(node) ?? Infinity;

  function visit(node: string): void {
    index.set(node, index.size);
    low.set(node, index.size - 1);
    stack.push(node);
    for (const { path } of graph.get(node) ?? []) {
      if (!index.has(path)) visit(path);
      if (stack.includes(path)) low.set(node, Math.min(lowOf(node), lowOf(path)));
    }
    if (lowOf(node) !== index.get(node)) return;
    const members = stack.splice(stack.indexOf(node));
    if (members.length > 1) circles.push(members.sort());
  }

  for (const node of graph.keys()) if (!index.has(node)) visit(node);
  return circles;
}

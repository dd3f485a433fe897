/**
 * Where tests lie, and where they write.
 *
 * @module
 */
import { removeFolder } from "../src/lib/remove_folder.ts";

/** The project's folder, as a path that ends with a slash. */
export const ROOT = new URL("..", import.meta.url).pathname;

/** A folder that goes with the test. */
export async function tempFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir({ prefix: "kaigui-test-" });
  return { path, [Symbol.asyncDispose]: () => removeFolder(path) };
}

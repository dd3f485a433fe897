/**
 * The run's SQLite file that is up to date: programs and tests begin with a copy, as migrating one takes 0.2 s.
 *
 * @module
 */

/** The variable in which `tests/run.ts` passes the file's path. */
export const MIGRATED_FILE = "KAIGUI_TEST_SQLITE";

/**
 * Copies it to that path, unless there is a file.
 *
 * @returns whether there is one now: outside of a run there may be none to copy
 */
export async function copyMigratedFile(path: string): Promise<boolean> {
  const source = Deno.env.get(MIGRATED_FILE);
  if (await exists(path)) return true;
  if (source === undefined) return false;
  await Deno.copyFile(source, path);
  return true;
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

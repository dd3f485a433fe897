/** How often it is tried to remove a folder in which files are still made, and milliseconds between two attempts. */
const ATTEMPTS_MAX = 50;
const PAUSE_MS = 20;

/**
 * Removes a folder, if there is one, with all that is in it, also while a worker that was just told to end makes its last file there: Deno
 * ends workers without saying when they have ended.
 *
 * @throws {Error} if it cannot be removed
 */
export async function removeFolder(path: string): Promise<void> {
  for (let attempt = 1;; attempt++) {
    try {
      return await Deno.remove(path, { recursive: true });
    } catch (error) {
      if (error instanceof Deno.errors.NotFound && !await exists(path)) return;
      if (attempt === ATTEMPTS_MAX || !isPassing(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

/** Whether files came, or went, while the folder was removed. */
function isPassing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound ||
    error instanceof Error && "code" in error && error.code === "ENOTEMPTY";
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

/** Thrown by {@linkcode DataFolder.open}: the folder cannot be used, with what to do about it. */
export class DataFolderError extends Error {
  override name = "DataFolderError";
}

/** The database with what SQLite keeps beside it, the kept secrets, the lock: no others'. */
const OURS = /^(kaigui\.sqlite(-\w+)?|operator\.token|session\.secret|lock)$/;
/** For its owner alone. */
const PRIVATE = 0o600;
const OTHERS = 0o077;

/**
 * The folder of the database and of kept secrets, held by one process: two on the same SQLite file would each take
 * the other's running commands for those of a dead process.
 */
export class DataFolder implements Disposable {
  readonly path: string;
  readonly #lock: Deno.FsFile;

  private constructor(path: string, lock: Deno.FsFile) {
    this.path = path;
    this.#lock = lock;
  }

  /**
   * Makes the folder where there is none, and takes it. The lock goes with the process, however it ends.
   *
   * @throws {DataFolderError} if it cannot be made or written, or another process holds it
   */
  static async open(path: string): Promise<DataFolder> {
    let lock: Deno.FsFile;
    try {
      await Deno.mkdir(path, { recursive: true, mode: 0o700 });
      lock = await Deno.open(`${path}/lock`, { create: true, write: true, mode: PRIVATE });
    } catch (cause) {
      if (isNoFolder(cause)) throw new DataFolderError(`Cannot use DATA_DIR ${path}: it is not a folder`);
      throw new DataFolderError(`Cannot write in DATA_DIR ${path}`, { cause });
    }
    if (await lock.tryLock(/* exclusive */ true)) {
      await closeToOthers(path);
      return new DataFolder(path, lock);
    }
    lock.close();
    throw new DataFolderError(
      `Cannot use DATA_DIR ${path}: another Kaigui runs on it; stop that, or set DATA_DIR to another folder`,
    );
  }

  /** The files that others than their owner may read, such as credentials that somebody put there. */
  async readableByOthers(): Promise<string[]> {
    const found: string[] = [];
    for await (const { name, isFile } of Deno.readDir(this.path)) {
      const { mode } = isFile ? await Deno.stat(`${this.path}/${name}`) : { mode: 0 };
      if (((mode ?? 0) & OTHERS) !== 0) found.push(name);
    }
    return found.sort();
  }

  [Symbol.dispose](): void {
    this.#lock[Symbol.dispose]();
  }
}

/** Whether a file has the name of the folder, or of one above it. */
function isNoFolder(error: unknown): boolean {
  return error instanceof Deno.errors.AlreadyExists || error instanceof Deno.errors.NotADirectory;
}

/** Whatever the folder's mode is, and however our files got there. */
async function closeToOthers(folder: string): Promise<void> {
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (!isFile || !OURS.test(name)) continue;
    // A file system without modes, or a file of another user, is warned of where the program starts.
    await Deno.chmod(`${folder}/${name}`, PRIVATE).catch(() => {});
  }
}

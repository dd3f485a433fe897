/** Thrown when the data folder cannot be used; the message says what to do. */
export class DataFolderError extends Error {
  override name = "DataFolderError";
}

/** The files that the program makes: the database with what SQLite keeps beside it, the secrets, the lock. */
const OWN_FILES = /^(kaigui\.sqlite(-\w+)?|operator\.token|session\.secret|lock)$/;
/** The mode of a file that its owner alone may read and write. */
const PRIVATE = 0o600;
/** The bits of a mode that let others in. */
const FOR_OTHERS = 0o077;

/**
 * The folder of the database and of secrets, used by one process at a time: of two on the same SQLite file each would take the
 * other's running commands for those of a dead process.
 */
export class DataFolder implements Disposable {
  readonly path: string;
  readonly #lock: Deno.FsFile;

  private constructor(path: string, lock: Deno.FsFile) {
    this.path = path;
    this.#lock = lock;
  }

  /**
   * Makes the folder if there is none, and locks it. The lock goes with the process, however it ends.
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

  /** The files that others than their owner may read, such as credentials that an operator put there. */
  async readableByOthers(): Promise<string[]> {
    const found: string[] = [];
    for await (const { name, isFile } of Deno.readDir(this.path)) {
      const { mode } = isFile ? await Deno.stat(`${this.path}/${name}`) : { mode: 0 };
      if (((mode ?? 0) & FOR_OTHERS) !== 0) found.push(name);
    }
    return found.sort();
  }

  [Symbol.dispose](): void {
    this.#lock[Symbol.dispose]();
  }
}

/** Whether there is a file with the name of the folder, or of one above it. */
function isNoFolder(error: unknown): boolean {
  return error instanceof Deno.errors.AlreadyExists || error instanceof Deno.errors.NotADirectory;
}

/** Makes the program's files private, whatever the folder's mode is. */
async function closeToOthers(folder: string): Promise<void> {
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (!isFile || !OWN_FILES.test(name)) continue;
    // Fails on a file system without modes, and on a file of another user: the program warns of those at its start.
    await Deno.chmod(`${folder}/${name}`, PRIVATE).catch(() => {});
  }
}

/** Thrown by {@linkcode DataFolder.open}: the folder cannot be used, with what to do about it. */
export class DataFolderError extends Error {
  override name = "DataFolderError";
}

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
      lock = await Deno.open(`${path}/lock`, { create: true, write: true });
    } catch (cause) {
      throw new DataFolderError(`Cannot write in DATA_DIR ${path}`, { cause });
    }
    if (await lock.tryLock(/* exclusive */ true)) return new DataFolder(path, lock);
    lock.close();
    throw new DataFolderError(`Cannot use DATA_DIR ${path}: another Kaigui runs on it`);
  }

  [Symbol.dispose](): void {
    this.#lock[Symbol.dispose]();
  }
}

import { Failure, type Io, sendAll, whyNot } from "../io.ts";
import { printableLines } from "../printing_io.ts";

const encoder = new TextEncoder();

/** Takes text bit by bit. What was not finished when it is disposed of leaves no file. */
export interface Target extends AsyncDisposable {
  /** Resolves when there is room for more. */
  write(text: string): Promise<void>;
  /** That was all. */
  finish(): Promise<void>;
}

/** Where the text goes. */
interface TargetOptions {
  readonly io: Io;
  /** Ends a wait for a reader that does not read on; files do not wait. */
  readonly signal: AbortSignal;
  /** What the text is, in a message. @default {"export"} */
  readonly what?: string;
  /** Who may read and write the file, as Unix has it. @default {undefined} as the umask says */
  readonly mode?: number;
}

/**
 * The file, or standard output for `-`.
 *
 * @throws {Failure} if the file cannot be written; the methods throw it too
 */
export async function openTarget(
  file: string | undefined,
  options: TargetOptions,
): Promise<Target> {
  return file === undefined || file === "-" ? standardOutput(options) : await PartFile.open(file, options);
}

function standardOutput({ io, signal, what = "export" }: TargetOptions): Target {
  return {
    async write(text) {
      try {
        const shown = io.columns === undefined ? text : printableLines(text);
        await unlessAborted(io.send(encoder.encode(shown)), signal);
      } catch (cause) {
        if (cause instanceof Failure) throw cause;
        const why = cause instanceof Deno.errors.BrokenPipe ? "nobody reads on" : whyNot(cause);
        throw new Failure(`The ${what} is not complete: ${why}`, { cause });
      }
    },
    finish: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** What the promise brings, or the signal's reason as soon as it is aborted. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort);
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** Grows beside the file, and becomes it when all is on disk: there is never half of the text under that name. */
class PartFile implements Target {
  readonly #path: string;
  readonly #file: Deno.FsFile;
  #finished = false;

  private constructor(path: string, file: Deno.FsFile) {
    this.#path = path;
    this.#file = file;
  }

  static async open(path: string, { mode }: Pick<TargetOptions, "mode">): Promise<PartFile> {
    const isFolder = await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);
    if (isFolder) throw new Failure(`Cannot write ${path}: it is a folder`);
    const part = `${path}.part`;
    const file = await tried(
      path,
      Deno.open(part, { create: true, write: true, ...mode !== undefined && { mode } }),
    );
    if (!await file.tryLock(/* exclusive */ true)) {
      file.close();
      throw new Failure(`Cannot write ${path}: another command is writing it`);
    }
    await tried(path, file.truncate());
    // One that an interrupted command left keeps its mode.
    if (mode !== undefined && Deno.build.os !== "windows") await tried(path, Deno.chmod(part, mode));
    return new PartFile(path, file);
  }

  async write(text: string): Promise<void> {
    await tried(this.#path, sendAll(this.#file, encoder.encode(text)));
  }

  async finish(): Promise<void> {
    await tried(this.#path, this.#file.sync());
    await tried(this.#path, Deno.rename(`${this.#path}.part`, this.#path));
    this.#finished = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#finished) await Deno.remove(`${this.#path}.part`).catch(() => {});
    this.#file[Symbol.dispose]();
  }
}

async function tried<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw new Failure(`Cannot write ${path}: ${whyNot(cause)}`, { cause });
  }
}

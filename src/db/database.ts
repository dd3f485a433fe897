import type { CommandWrite, WriteEffect } from "./journal/command_writes.ts";
import type { OrganizationView, Reach } from "./organization_view.ts";
import type { Tables } from "./schema.ts";

/** The file or the server of the database. */
export interface DatabaseLocation {
  /** Folder of the SQLite file; it must exist. */
  readonly folder: string;
  /** `postgres://…`; unset: SQLite. */
  readonly url?: string | undefined;
}

/** An open database: reading and writing. */
export interface Database extends AsyncDisposable {
  readonly kind: "sqlite" | "postgres";
  /** To read, all organizations: for the engine (the page, devices, recovery, retention). */
  readonly tables: Tables;
  /** Reads what an organization's staff may see. */
  view<T>(reach: Reach, read: (view: OrganizationView) => Promise<T>): Promise<T>;
  /** To write. */
  readonly writer: Writer;
}

/** Work inside one transaction. It may be run again from its beginning, so it must have no other effect. */
export type Work<T> = (trx: Tables) => Promise<T>;

/** Writes to the database. Each write is on disk when its promise resolves, whichever database it is. */
export interface Writer extends Disposable {
  /**
   * Runs the work, all of it or none. Work that throws is rolled back and affects no other.
   *
   * @throws {QueueFullError} if too many writes wait already
   * @throws {Error} what the work threw, or the database's error; after a lost connection the work may have been
   * committed all the same
   */
  transaction<T>(work: Work<T>): Promise<T>;

  /**
   * Writes to the command journal, in a batch with other writes. Writes about one command take effect in their order.
   *
   * @returns its effect; `fenced` only for a sending
   * @throws {QueueFullError} if too many writes wait already
   * @throws {Error} if the database does not commit it
   */
  command(write: CommandWrite): Promise<WriteEffect>;

  /**
   * Runs a job in a transaction, after earlier jobs, and in a thread if there is one for it.
   *
   * @throws {QueueFullError} if too many jobs wait already
   * @throws {Error} as {@linkcode transaction} does; from a thread an error has its message and its code
   */
  run<In, Out>(job: Job<In, Out>, data: In): Promise<Out>;

  /** Resolves when all writes are on disk or have failed. */
  idle(): Promise<void>;

  /** Releases its resources; to be called only when it is idle. */
  [Symbol.dispose](): void;
}

/**
 * A write that no tap waits for. A database that has a thread runs it there, so that it does not block the isolate: so
 * the thread finds a job by its name, and its data and result go through JSON, which omits `undefined` and has no `Map`.
 */
export interface Job<In, Out> {
  readonly name: string;
  /**
   * Whether a power failure may undo it until a later write is committed. For jobs whose completion is not reported to
   * people: no other commit then waits for the disk because of it.
   *
   * @default {false}
   */
  readonly isLazy?: boolean;
  /** Runs in one transaction, for two milliseconds at most, since the commits of taps wait behind it. */
  readonly work: (trx: Tables, data: In) => Promise<Out>;
}

/** Any job, whatever its data. */
export type AnyJob = Job<never, unknown>;

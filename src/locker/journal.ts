import { type CommandTable, type Database, isDatabaseUnavailable, type JournalRow } from "../db/mod.ts";
import { type CommandOutcome, settleOpened } from "./rentals/outcomes.ts";
import { commandById, insertCommand } from "../db/journal/commands.ts";
import type { CommandWrite } from "../db/journal/command_writes.ts";
import { lockCell } from "../db/journal/doors.ts";
import { heldCells } from "../db/queries/cells.ts";
import { retry } from "../lib/concurrency/retry.ts";
import { COMMAND } from "../lib/limits.ts";
import { UnavailableError } from "./errors.ts";
import type { CabinetOwner, OpenCommand, SendPermission } from "../cabinet/commands.ts";
import { UNFINISHED_STATES } from "../cabinet/kinds.ts";

const HELD = { state: "refused", reason: "forbidden" } as const;

/** What a command needs to be written down. */
type RequestedCommand = Pick<
  JournalRow,
  "id" | "organization" | "cabinet" | "cell" | "command" | "by" | "note"
>;

/** What came of writing a command down; neither: it is new, and may be sent. */
export interface Requested {
  /** The command that has this id already. */
  readonly known?: CommandTable | undefined;
  /** Why nothing may be sent. */
  readonly refused?: CommandOutcome | undefined;
}

/** The command journal: what was asked for, what was sent and how it ended, each on disk before it is acted on or told. */
export class Journal {
  readonly #db: Database;
  readonly #wallClock: () => number;
  readonly #opened: (command: string) => void;
  /** Marks the commands that this isolate wrote down. */
  readonly origin = Math.floor(Math.random() * 2 ** 31);

  /** @param options.opened is told of a command once it is written that it opened its door */
  constructor(db: Database, options: { wallClock: () => number; opened?: (command: string) => void }) {
    this.#db = db;
    this.#wallClock = options.wallClock;
    this.#opened = options.opened ?? (() => {});
  }

  /**
   * Writes a new command, unfinished or, where nothing will be sent, finished. Resolves after the commit.
   *
   * @returns `undefined` if it is new, else the command that has this id already
   * @throws {Error} if the database does not take it; then nothing may be done
   */
  async request(command: RequestedCommand, refused?: CommandOutcome): Promise<CommandTable | undefined> {
    const row = this.#rowOf(command, refused);
    const effect = await this.#db.writer.command({ type: "insert", row });
    return effect === "taken" ? undefined : await commandById(this.#db.tables, command.id);
  }

  /**
   * As {@linkcode request}, but refuses the command if a person has its cell, or if there is none. Until the commit nobody
   * rents the cell, and what opens it for who rents it later is asked for behind this command. A permit that is given in
   * that moment counts from the next command on.
   *
   * @throws {Error} if the database does not take it; then nothing may be done
   */
  async requestUnheld(command: RequestedCommand): Promise<Requested> {
    return await this.#db.writer.transaction(async (trx): Promise<Requested> => {
      // Who describes a cabinet anew replaces its cells: a lock that waited for that finds no row, and the next one does.
      const cell = await lockCell(trx, command) ?? await lockCell(trx, command);
      const known = await commandById(trx, command.id);
      if (known) return { known };
      const held = await heldCells(trx, { cabinet: command.cabinet, now: this.#wallClock() });
      const refused = !cell || held.includes(command.cell) ? HELD : undefined;
      await insertCommand(trx, this.#rowOf(command, refused));
      return { refused };
    });
  }

  #rowOf(command: RequestedCommand, refused: CommandOutcome | undefined): JournalRow {
    const at = this.#wallClock();
    return {
      ...command,
      state: refused?.state ?? "requested",
      reason: refused?.reason ?? null,
      requested_at: at,
      sent_at: null,
      sent_epoch: null,
      finished_at: refused ? at : null,
      rental: null,
      origin: this.origin,
    };
  }

  /**
   * Notes that the command's bytes are about to leave. Resolves after the commit; `may` came before any newer
   * owner had its epoch.
   *
   * @param command and the isolate that asks for it, which must be the one that wrote it down
   * @param owner who is about to send them, and since which epoch it owns the cabinet
   * @throws {Error} if the database does not take it; then they may not
   */
  async sending(
    { id, origin }: Pick<OpenCommand, "id" | "origin">,
    { cabinet, epoch }: CabinetOwner,
  ): Promise<SendPermission> {
    const at = this.#wallClock();
    const effect = await this.#db.writer.command({ type: "sent", id, at, cabinet, epoch, origin });
    if (effect === "fenced") return "fenced";
    return effect === "taken" ? "may" : "must-not";
  }

  /**
   * Notes how a command ended; where its door opened, with that opening. Resolves after the commit; tries again while the
   * database is away.
   *
   * @returns whether it was not over before
   * @throws {Error} if the database did not come back; the person must not be told that it ended
   */
  async finish(id: string, outcome: CommandOutcome): Promise<boolean> {
    const write: CommandWrite = {
      type: "finish",
      id,
      at: this.#wallClock(),
      state: outcome.state,
      reason: outcome.reason ?? null,
      from: UNFINISHED_STATES,
      ...outcome.seen ? { seen: outcome.seen } : {},
    };
    const isNews = await retryWrite(() => this.#db.writer.command(write)) === "taken";
    if (isNews && outcome.state === "opened") this.#opened(id);
    return isNews;
  }

  /**
   * A door was seen open after its command had to be called unconfirmed.
   *
   * @returns whether the command was still unconfirmed
   * @throws {Error} if the database does not take it
   */
  async settle(id: string): Promise<boolean> {
    const at = this.#wallClock();
    return await this.#db.writer.transaction((trx) => settleOpened(trx, id, at));
  }

  /** The command, or `undefined`. */
  find(id: string): Promise<CommandTable | undefined> {
    return commandById(this.#db.tables, id);
  }

  /** Resolves when everything that was handed in is on disk. */
  idle(): Promise<void> {
    return this.#db.writer.idle();
  }
}

/** Writes how something ended: again and again for a while, since it cannot be done another time. */
export function retryWrite<T>(write: () => Promise<T>): Promise<T> {
  return retry(write, {
    mayRetry: (_error, tries) => tries < COMMAND.finishTries,
    pauseMs: COMMAND.finishRetryMs,
  });
}

/** Is told what the database did not do for the command with that id. */
export type JournalFailed = (id: string, error: unknown) => void;

/**
 * Writes or reads something for a tap.
 *
 * @throws {UnavailableError} if the database does not do it
 */
export async function written<T>(
  tap: { readonly id: string; readonly command: string },
  write: () => Promise<T>,
  failed: JournalFailed,
): Promise<T> {
  try {
    return await write();
  } catch (error) {
    failed(tap.id, error);
    throw unavailable(`Cannot ${tap.command}`, error);
  }
}

/** Something could not be written or read; says that the database is away only where it is. */
export function unavailable(what: string, cause: unknown): UnavailableError {
  return new UnavailableError(
    `${what}: ${isDatabaseUnavailable(cause) ? "the database does not answer" : "something went wrong"}`,
    {
      cause,
    },
  );
}

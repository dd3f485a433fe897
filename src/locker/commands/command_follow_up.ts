import { cellAt } from "../../db/queries/cells.ts";
import type { Database } from "../../db/mod.ts";
import type { CabinetRouter } from "../../cabinet/requests.ts";
import { type Journal, type JournalFailed, retryWrite } from "../journal.ts";
import { raiseDidNotOpen } from "../rentals/outcomes.ts";
import { UnconfirmedCommands } from "./unconfirmed_commands.ts";
import type { CellCommand } from "../../cabinet/commands.ts";

/** What a {@linkcode CommandFollowUp} needs. */
export interface CommandFollowUpOptions {
  readonly db: Database;
  readonly journal: Journal;
  readonly router: CabinetRouter;
  readonly failed: JournalFailed;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
}

/** Does what is left to do after a tap is over and its person has been told. */
export class CommandFollowUp implements AsyncDisposable {
  readonly #options: CommandFollowUpOptions;
  readonly #unconfirmed: UnconfirmedCommands;
  readonly #pending = new Set<Promise<void>>();

  constructor(options: CommandFollowUpOptions) {
    this.#options = options;
    this.#unconfirmed = new UnconfirmedCommands(options.router);
  }

  /**
   * Settles a command in doubt once its door is seen open, while it is young enough.
   *
   * @param settled is told when that is on disk
   */
  settle(command: CellCommand, settled: () => void): void {
    const { id } = command;
    const { db, journal } = this.#options;
    const seenOpen = this.#unconfirmed.add({
      ...command,
      failed: (error) => this.#options.failed(id, error),
      seenOpen: () =>
        this.#track(id, async () => {
          // The record of doors' moves may have settled it already.
          if (await journal.settle(id) || (await journal.find(id))?.state === "opened") settled();
        }),
    });
    this.#track(id, async () => {
      // Its door may have been seen before it was watched.
      if ((await cellAt(db.tables, command))?.door_command === id) seenOpen();
    });
  }

  /** Says that its lock was fired and the door stayed shut. */
  didNotOpen(command: CellCommand): void {
    const { db, wallClock } = this.#options;
    const raise = () => db.writer.transaction((trx) => raiseDidNotOpen(trx, command, wallClock()));
    this.#track(command.id, () => retryWrite(raise));
  }

  /** Watches no door any more, and resolves when what goes on is done. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#unconfirmed[Symbol.dispose]();
    await Promise.all(this.#pending);
  }

  #track(id: string, work: () => Promise<void>): void {
    const going: Promise<void> = work().catch((error) => this.#options.failed(id, error))
      .finally(() => this.#pending.delete(going));
    this.#pending.add(going);
  }
}

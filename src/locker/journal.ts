/**
 * The command journal: what was asked for, what was sent and how it ended, each on disk before anybody acts on it
 * or is told.
 *
 * @module
 */
import { type CommandTable, type Database, GroupCommit } from "../db/mod.ts";
import { commandById, type CommandWrite, CommandWriter, endUnfinished } from "../db/commands.ts";
import { COMMAND, DATABASE } from "../limits.ts";
import type { CommandState, Reason } from "./types.ts";

/** How a command ended. */
export interface Outcome {
  readonly state: Exclude<CommandState, "requested" | "sent">;
  readonly reason?: Reason;
}

/** See the module. */
export class Journal {
  readonly #db: Database;
  readonly #writes: GroupCommit<CommandWrite, boolean>;
  readonly #wallClock: () => number;

  constructor(db: Database, options: { schedule: (run: () => void) => void; wallClock: () => number }) {
    this.#db = db;
    this.#wallClock = options.wallClock;
    const writer = new CommandWriter(db);
    this.#writes = new GroupCommit((writes) => writer.write(writes), {
      batchMax: DATABASE.batchMax,
      queueMax: DATABASE.queueMax,
      schedule: options.schedule,
    });
  }

  /**
   * Writes a new command, unfinished or, where nothing will be sent, finished. Resolves after the commit.
   *
   * @returns `undefined` if it is new, else the command that has this id already
   * @throws {Error} if the database does not take it; then nothing may be done
   */
  async request(
    command: Pick<CommandTable, "id" | "cabinet" | "cell" | "command" | "by" | "note">,
    refused?: Outcome,
  ): Promise<CommandTable | undefined> {
    const at = this.#wallClock();
    const row: CommandTable = {
      ...command,
      state: refused?.state ?? "requested",
      reason: refused?.reason ?? null,
      requested_at: at,
      sent_at: null,
      finished_at: refused ? at : null,
    };
    const fresh = await this.#writes.add({ type: "insert", row });
    return fresh ? undefined : await commandById(this.#db, command.id);
  }

  /**
   * Notes that the command's bytes are about to leave. Resolves after the commit.
   *
   * @returns whether they may: not when the command is over already
   * @throws {Error} if the database does not take it
   */
  sending(id: string): Promise<boolean> {
    return this.#writes.add({ type: "sent", id, at: this.#wallClock() });
  }

  /**
   * Notes how a command ended. Resolves after the commit; tries again while the database is away.
   *
   * @throws {Error} if the database did not come back; the person must not be told that it ended
   */
  async finish(id: string, outcome: Outcome): Promise<void> {
    const write: CommandWrite = {
      type: "finish",
      id,
      at: this.#wallClock(),
      state: outcome.state,
      reason: outcome.reason ?? null,
      from: ["requested", "sent"],
    };
    for (let tries = 1;; tries++) {
      try {
        await this.#writes.add(write);
        return;
      } catch (error) {
        if (tries >= COMMAND.finishTries) throw error;
        await new Promise((resolve) => setTimeout(resolve, COMMAND.finishRetryMs));
      }
    }
  }

  /**
   * A door was seen open after its command had to be called unconfirmed.
   *
   * @returns whether the command was still unconfirmed
   * @throws {Error} if the database does not take it
   */
  settle(id: string): Promise<boolean> {
    const at = this.#wallClock();
    return this.#writes.add({ type: "finish", id, at, state: "opened", reason: null, from: ["unconfirmed"] });
  }

  /** The command, or `undefined`. */
  find(id: string): Promise<CommandTable | undefined> {
    return commandById(this.#db, id);
  }

  /**
   * Ends what a process left that died: nothing of it is sent any more.
   *
   * @returns how many had not been sent, and how many may have been
   */
  recover(): Promise<{ requested: number; sent: number }> {
    return endUnfinished(this.#db, {
      at: this.#wallClock(),
      requested: ["refused", "expired"],
      sent: ["unconfirmed", "restarted"],
    });
  }

  /** Resolves when everything that was handed in is on disk. */
  idle(): Promise<void> {
    return this.#writes.idle();
  }
}

import { lockUnfinished } from "../../db/journal/commands.ts";
import type { CommandTable, Database } from "../../db/mod.ts";
import { COMMAND } from "../../lib/limits.ts";
import type { CabinetRouter } from "../../cabinet/requests.ts";
import { type DomainChange, publish } from "../changes.ts";
import { type CommandOutcome, endCommand } from "../rentals/outcomes.ts";
import type { Notices } from "../notices/notices.ts";

/**
 * Ends commands that are not executed any more: left by a process that died, or by a database that was away for too
 * long.
 */
export class Recovery {
  readonly #db: Database;
  readonly #router: CabinetRouter;
  readonly #wallClock: () => number;
  readonly #alone: boolean;
  readonly #notices: Notices | undefined;

  /**
   * @param options.alone no other isolate can be running a command: one isolate, on a database of its own
   * @param options.notices writes what people are told of it @default {undefined} nothing is
   */
  constructor(
    db: Database,
    options: {
      router: CabinetRouter;
      wallClock: () => number;
      alone: boolean;
      notices?: Notices | undefined;
    },
  ) {
    this.#db = db;
    this.#router = options.router;
    this.#wallClock = options.wallClock;
    this.#alone = options.alone;
    this.#notices = options.notices;
  }

  /**
   * Ends what was left. Other isolates and programs may be running younger commands.
   *
   * @param options.atStart whether no command runs here yet
   * @returns how many had not been sent, and how many may have been
   */
  async endLeft({ atStart }: { atStart: boolean }): Promise<{ requested: number; sent: number }> {
    const left = { requested: 0, sent: 0 };
    const notices = this.#notices;
    while (true) {
      const now = this.#wallClock();
      const before = this.#alone && atStart ? now : now - COMMAND.orphanMs;
      const { rows, changes } = await this.#db.writer.transaction((trx) =>
        endSome(trx, { before, now, notices })
      );
      publish(this.#router, changes);
      for (const { state } of rows) left[state === "sent" ? "sent" : "requested"]++;
      if (rows.length < COMMAND.recoverStepMax) return left;
    }
  }

  /** The command as it ended; ended now if no isolate can be running it. `undefined`: look again later. */
  async settled(row: CommandTable): Promise<CommandTable | undefined> {
    const now = this.#wallClock();
    if (row.state !== "requested" && row.state !== "sent") return row;
    if (!this.#alone && now - row.requested_at < COMMAND.orphanMs) return undefined;
    const ended = await this.#db.writer.transaction((trx) =>
      endCommand(trx, row, { outcome: left(row), now, notices: this.#notices })
    );
    publish(this.#router, ended?.changes ?? []);
    return ended?.row;
  }
}

async function endSome(
  trx: Parameters<typeof lockUnfinished>[0],
  { before, now, notices }: { before: number; now: number; notices: Notices | undefined },
): Promise<{ rows: CommandTable[]; changes: DomainChange[] }> {
  const rows = await lockUnfinished(trx, { before, limit: COMMAND.recoverStepMax });
  const changes: DomainChange[] = [];
  for (const row of rows) {
    changes.push(...(await endCommand(trx, row, { outcome: left(row), now, notices }))?.changes ?? []);
  }
  return { rows, changes };
}

/** What was not sent is never sent; what was may have opened a door. */
function left({ state }: CommandTable): CommandOutcome {
  return state === "sent"
    ? { state: "unconfirmed", reason: "restarted" }
    : { state: "refused", reason: "expired" };
}

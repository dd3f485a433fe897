/**
 * Epochs: how often each cabinet was registered. Whoever registered last owns it; a lower epoch is refused.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { DATABASE } from "../limits.ts";
import { GroupCommit } from "./group_commit.ts";
import type { Database, Tables } from "./mod.ts";

/**
 * Takes the next epoch of each of these cabinets, which must all be different, in the order of their ids: as
 * `Fence` reads them, so that nobody waits in a circle.
 */
export async function nextEpochs(trx: Tables, cabinets: readonly string[]): Promise<Map<string, number>> {
  if (cabinets.length === 0) return new Map();
  const rows = await trx.insertInto("epochs")
    .values(cabinets.toSorted().map((cabinet) => ({ cabinet, epoch: 1 })))
    .onConflict((on) =>
      on.column("cabinet").doUpdateSet(({ eb, ref }) => ({ epoch: eb(ref("epochs.epoch"), "+", 1) }))
    )
    .returning(["cabinet", "epoch"]).execute();
  return new Map(rows.map(({ cabinet, epoch }) => [cabinet, epoch]));
}

/** Takes epochs for many registrations at once: a fleet that comes back shares statements and commits. */
export class Epochs {
  readonly #db: Database;
  readonly #commits: GroupCommit<string, number>;

  constructor(db: Database) {
    this.#db = db;
    this.#commits = new GroupCommit((cabinets) => this.#take(cabinets), {
      batchMax: DATABASE.epochsBatchMax,
      queueMax: DATABASE.epochsQueueMax,
      schedule: (run) => void setImmediate(run),
    });
  }

  /**
   * The cabinet's next epoch, the first being 1. Resolves after the commit; who asks earlier gets the lower one.
   *
   * @throws {QueueFullError} if too many wait already
   * @throws {Error} if the database does not take it; an epoch may then be left out
   */
  next(cabinet: string): Promise<number> {
    return this.#commits.add(cabinet);
  }

  /** Resolves when nobody waits for an epoch any more. */
  idle(): Promise<void> {
    return this.#commits.idle();
  }

  /** A cabinet that is there twice gets two epochs, one in each round. */
  async #take(cabinets: readonly string[]): Promise<number[]> {
    const times = new Map<string, number>();
    const asked = cabinets.map((cabinet) => {
      const round = times.get(cabinet) ?? 0;
      times.set(cabinet, round + 1);
      return { cabinet, round };
    });
    const rounds = Map.groupBy(asked, ({ round }) => round);
    const taken = await this.#db.writer.transaction(async (trx) => {
      const taken: Map<string, number>[] = [];
      for (const round of rounds.values()) {
        taken.push(await nextEpochs(trx, round.map(({ cabinet }) => cabinet)));
      }
      return taken;
    });
    return asked.map(({ cabinet, round }) => taken[round]?.get(cabinet) as number);
  }
}

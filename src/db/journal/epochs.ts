/**
 * A cabinet's epoch: how often it was registered. The last registration owns the cabinet; a lower epoch is refused.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { sql } from "kysely";
import { DATABASE } from "../../lib/limits.ts";
import { type RowStatement, runWith } from "../statements/compiled.ts";
import { GroupCommit } from "../group_commit.ts";
import type { Database, Job } from "../database.ts";
import type { EpochTable, Tables } from "../schema.ts";

/**
 * Takes the next epoch of each of these cabinets, which must all be different, in the order of their ids: the order in
 * which `Fence` locks them, so that transactions cannot deadlock.
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

/** The cabinet's epoch; 0: it has never registered. */
export async function epochOf(db: Tables, cabinet: string): Promise<number> {
  const row = await db.selectFrom("epochs").select("epoch").where("cabinet", "=", cabinet).executeTakeFirst();
  return row?.epoch ?? 0;
}

/** The epochs of those of these cabinets that have ever registered. */
export async function epochsOf(db: Tables, cabinets: readonly string[]): Promise<Map<string, number>> {
  const rows = await runWith<EpochTable>(db, EPOCHS, cabinets.map((cabinet) => [cabinet]));
  return new Map(rows.map(({ cabinet, epoch }) => [cabinet, epoch]));
}

const EPOCHS: RowStatement = {
  name: "epochs",
  columns: ["text"],
  build: (db, values) =>
    db.selectFrom("epochs").select(["cabinet", "epoch"]).where(sql<boolean>`cabinet in (${values})`)
      .compile(),
};

/** A cabinet's new epoch, and when its description was last changed before that; `undefined`: there is no description. */
export interface TakenEpoch {
  readonly epoch: number;
  readonly updatedAt: number | undefined;
}

/** Takes the next epochs of these cabinets, which must all be different. */
export const takeEpochs: Job<readonly string[], [cabinet: string, taken: TakenEpoch][]> = {
  name: "taking-epochs",
  async work(trx, cabinets) {
    const epochs = await nextEpochs(trx, cabinets);
    const changed = await changedAt(trx, cabinets);
    return Array.from(epochs, ([cabinet, epoch]) => [cabinet, { epoch, updatedAt: changed.get(cabinet) }]);
  },
};

/** Takes epochs for many registrations at once: cabinets that reconnect together share statements and commits. */
export class Epochs {
  readonly #db: Database;
  readonly #commits: GroupCommit<string, TakenEpoch>;

  constructor(db: Database) {
    this.#db = db;
    this.#commits = new GroupCommit((cabinets) => this.#take(cabinets), {
      batchMax: DATABASE.epochsBatchMax,
      queueMax: DATABASE.epochsQueueMax,
      schedule: (run) => void setImmediate(run),
    });
  }

  /**
   * Takes the cabinet's next epoch, the first being 1. Resolves after the commit; an earlier call gets the lower epoch.
   * A later change of the description takes a higher one.
   *
   * @throws {QueueFullError} if too many wait already
   * @throws {Error} if the database does not commit it; an epoch may then be skipped
   */
  take(cabinet: string): Promise<TakenEpoch> {
    return this.#commits.add(cabinet);
  }

  /** The same, without the time of the description. */
  async next(cabinet: string): Promise<number> {
    return (await this.take(cabinet)).epoch;
  }

  /** Resolves when no registration waits for an epoch. */
  idle(): Promise<void> {
    return this.#commits.idle();
  }

  /** A cabinet that is in the list twice gets two epochs, one in each round. */
  async #take(cabinets: readonly string[]): Promise<TakenEpoch[]> {
    const times = new Map<string, number>();
    const asked = cabinets.map((cabinet) => {
      const round = times.get(cabinet) ?? 0;
      times.set(cabinet, round + 1);
      return { cabinet, round };
    });
    const rounds = Map.groupBy(asked, ({ round }) => round);
    const taken: Map<string, TakenEpoch>[] = [];
    for (const round of rounds.values()) {
      const some = round.map(({ cabinet }) => cabinet);
      taken.push(new Map(await this.#db.writer.run(takeEpochs, some)));
    }
    return asked.map(({ cabinet, round }) => taken[round]?.get(cabinet) as TakenEpoch);
  }
}

async function changedAt(trx: Tables, cabinets: readonly string[]): Promise<Map<string, number>> {
  const rows = await trx.selectFrom("cabinets").select(["id", "updated_at"]).where("id", "in", cabinets)
    .execute();
  return new Map(rows.map(({ id, updated_at }) => [id, updated_at]));
}

import type { CompiledQuery, Kysely } from "kysely";
import type { CommandWrite } from "./command_writes.ts";
import { padToPowerOfTwo } from "../statements/compiled.ts";
import type { EpochTable, Schema } from "../schema.ts";

const NONE: ReadonlySet<CommandWrite> = new Set();

/** Keeps an owner from sending commands once its cabinet has a newer owner. */
export class Fence {
  readonly #db: Kysely<Schema>;
  /** By the number of cabinets: eight shapes. */
  readonly #selects = new Map<number, CompiledQuery<EpochTable>>();

  /** @param db gives the statements their dialect */
  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /**
   * Those of the writes that send a command and whose cabinet has a newer owner.
   *
   * The epochs that are read here hold until the transaction ends: on Postgres their rows are locked, and SQLite has one
   * writer. So a sending that takes effect is committed before a newer owner has its epoch. Postgres locks the rows in
   * the order of the bytes of their ids, as `nextEpochs` does, so that transactions cannot deadlock.
   */
  async fencedWrites(
    trx: Kysely<Schema>,
    writes: readonly CommandWrite[],
  ): Promise<ReadonlySet<CommandWrite>> {
    const sendings = writes.filter((write) => write.type === "sent");
    if (sendings.length === 0) return NONE;
    const cabinets = padToPowerOfTwo([...new Set(sendings.map(({ cabinet }) => cabinet))]);
    const select = this.#selectFor(cabinets);
    const { rows } = await trx.executeQuery<EpochTable>({ ...select, parameters: cabinets });
    const epochs = new Map(rows.map(({ cabinet, epoch }) => [cabinet, epoch]));
    return new Set(sendings.filter(({ cabinet, epoch }) => epoch < (epochs.get(cabinet) ?? epoch)));
  }

  #selectFor(cabinets: readonly string[]): CompiledQuery<EpochTable> {
    const known = this.#selects.get(cabinets.length);
    if (known) return known;
    const select = this.#db.selectFrom("epochs").select(["cabinet", "epoch"]).where("cabinet", "in", cabinets)
      .orderBy("cabinet", (order) => order.collate("C")).forShare().compile();
    this.#selects.set(cabinets.length, select);
    return select;
  }
}

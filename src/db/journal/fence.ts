import type { CompiledQuery, Kysely } from "kysely";
import type { CommandWrite } from "./command_writes.ts";
import { padded } from "../statements/padded.ts";
import type { EpochTable, Schema } from "../schema.ts";

const NOTHING: ReadonlySet<CommandWrite> = new Set();

/** Keeps those from sending who own their cabinet no more. */
export class Fence {
  readonly #db: Kysely<Schema>;
  /** By how many cabinets are asked for: eight shapes. */
  readonly #selects = new Map<number, CompiledQuery<EpochTable>>();

  /** @param db gives the statements their dialect */
  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /**
   * The sendings among the writes whose cabinet has a newer owner.
   *
   * The epochs stand as they were read until the transaction ends: Postgres lets nobody change them meanwhile, and
   * SQLite writes nothing after a reading that is out of date. So a sending that takes effect is committed before a
   * newer owner has its epoch. Postgres locks the rows by the bytes of their ids, in which order `nextEpochs` takes
   * them, so that nobody waits in a circle.
   */
  async holdsBack(trx: Kysely<Schema>, writes: readonly CommandWrite[]): Promise<ReadonlySet<CommandWrite>> {
    const sendings = writes.filter((write) => write.type === "sent");
    if (sendings.length === 0) return NOTHING;
    const cabinets = padded([...new Set(sendings.map(({ cabinet }) => cabinet))]);
    const select = this.#selectOf(cabinets);
    const { rows } = await trx.executeQuery<EpochTable>({ ...select, parameters: cabinets });
    const epochs = new Map(rows.map(({ cabinet, epoch }) => [cabinet, epoch]));
    return new Set(sendings.filter(({ cabinet, epoch }) => epoch < (epochs.get(cabinet) ?? epoch)));
  }

  #selectOf(cabinets: readonly string[]): CompiledQuery<EpochTable> {
    const known = this.#selects.get(cabinets.length);
    if (known) return known;
    const select = this.#db.selectFrom("epochs").select(["cabinet", "epoch"]).where("cabinet", "in", cabinets)
      .orderBy("cabinet", (order) => order.collate("C")).forShare().compile();
    this.#selects.set(cabinets.length, select);
    return select;
  }
}

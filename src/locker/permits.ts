/**
 * Permits: who may open which cells of a cabinet whose cells are assigned.
 *
 * @module
 */
import type { Database, PermitTable } from "../db/mod.ts";
import { insertPermit, permitById, revokePermit } from "../db/permits.ts";
import type { Acting, ActLog } from "./act_log.ts";

/** Which cells somebody may open, and when. */
export interface Grant {
  readonly cabinet: string;
  readonly person: string;
  /** `undefined`: all. */
  readonly cells: readonly number[] | undefined;
  /** Milliseconds since 1970. */
  readonly from: number;
  /** `undefined`: until it is taken away. */
  readonly until: number | undefined;
}

/** See the module. */
export class Permits {
  readonly #db: Database;
  readonly #log: ActLog;

  constructor(db: Database, log: ActLog) {
    this.#db = db;
    this.#log = log;
  }

  /**
   * Gives a permit, whose id is the act's.
   *
   * @throws {ConflictError} if the id belongs to another act
   */
  async grant(acting: Acting, grant: Grant): Promise<PermitTable | undefined> {
    const { cabinet, person, cells, from, until } = grant;
    await this.#log.do(acting, { act: "grant", cabinet, subject: person }, async (trx, now) => {
      await insertPermit(trx, {
        id: acting.id,
        cabinet,
        person,
        cells: cells ? JSON.stringify(cells) : null,
        valid_from: from,
        valid_until: until ?? null,
        created_at: now,
        revoked_at: null,
      });
      return [];
    });
    return await permitById(this.#db.tables, acting.id);
  }

  /**
   * Takes a permit away; returns it. `undefined`: there is none. Harmless when it was taken away.
   *
   * @throws {ConflictError} if the id belongs to another act
   */
  async revoke(acting: Acting, id: string): Promise<PermitTable | undefined> {
    const permit = await permitById(this.#db.tables, id);
    if (!permit) return undefined;
    await this.#log.do(acting, { act: "revoke", cabinet: permit.cabinet, subject: id }, async (trx, now) => {
      await revokePermit(trx, id, now);
      return [];
    });
    return await permitById(this.#db.tables, id);
  }
}

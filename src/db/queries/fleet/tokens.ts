import type { Database } from "../../database.ts";

/** A token, and until when it is valid, in milliseconds since 1970. */
export interface StoredToken {
  readonly value: string;
  readonly until: number;
}

/** Tokens of other servers, which all programs of a fleet share: one program fetches a new one, all of them use it. */
export class TokenStore {
  readonly #db: Database;
  readonly #wallClock: () => number;

  constructor(db: Database, options: { wallClock: () => number }) {
    this.#db = db;
    this.#wallClock = options.wallClock;
  }

  /** The token; `undefined`: there is none that is valid. */
  async read(name: string): Promise<StoredToken | undefined> {
    const row = await this.#db.tables.selectFrom("tokens").select(["value", "until"])
      .where("name", "=", name).where("until", ">", this.#wallClock()).executeTakeFirst();
    return row && row.value !== null ? { value: row.value, until: row.until } : undefined;
  }

  /**
   * Leases the right to fetch a new token.
   *
   * @returns `false`: another caller has the lease
   */
  async lease(name: string, leaseMs: number): Promise<boolean> {
    const now = this.#wallClock();
    const leased_until = now + leaseMs;
    const taken = await this.#db.writer.transaction((trx) =>
      trx.insertInto("tokens").values({ name, value: null, until: 0, leased_until })
        .onConflict((on) =>
          on.column("name").doUpdateSet({ leased_until }).where("tokens.leased_until", "<=", now)
        )
        .returning("name").executeTakeFirst()
    );
    return taken !== undefined;
  }

  /** Stores the new token and ends the lease. */
  async write(name: string, { value, until }: StoredToken): Promise<void> {
    const set = { value, until, leased_until: 0 };
    await this.#db.writer.transaction((trx) =>
      trx.insertInto("tokens").values({ name, ...set }).onConflict((on) => on.column("name").doUpdateSet(set))
        .execute()
    );
  }
}

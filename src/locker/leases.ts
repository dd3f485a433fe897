import type { Database } from "../db/mod.ts";
import { endLease, renewLease, takeLease } from "../db/queries/fleet/leases.ts";

/** What {@linkcode Leases} works with. */
export interface LeasesOptions {
  /** Is told of a lease that could not be given back: it ends by itself. */
  readonly failed: (error: unknown) => void;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
}

/**
 * The right to do what one isolate at a time may do, of all programs of a service. Its holder renews it; it ends by itself
 * where the holder's program has died.
 */
export class Leases {
  readonly #db: Database;
  readonly #options: LeasesOptions;

  constructor(db: Database, options: LeasesOptions) {
    this.#db = db;
    this.#options = options;
  }

  /**
   * Takes the lease of that name.
   *
   * @param leaseMs how long it lasts, and is put off for each time: by clocks that may differ by some seconds
   * @returns `undefined`: another holder has it
   * @throws {Error} if the database does not take it
   */
  async take(name: string, leaseMs: number): Promise<Lease | undefined> {
    const holder = crypto.randomUUID();
    const now = this.#options.wallClock();
    const isTaken = await this.#db.writer.transaction((trx) =>
      takeLease(trx, { name, holder, until: now + leaseMs, now })
    );
    return isTaken ? new Lease(this.#db, { name, holder, leaseMs, ...this.#options }) : undefined;
  }
}

/** A lease that was taken. Disposing of it gives it back, so that another holder may have it at once. */
export class Lease implements AsyncDisposable {
  readonly #db: Database;
  readonly #lease:
    & { readonly name: string; readonly holder: string; readonly leaseMs: number }
    & LeasesOptions;

  /** To be made by {@linkcode Leases.take} only. */
  constructor(
    db: Database,
    lease: { readonly name: string; readonly holder: string; readonly leaseMs: number } & LeasesOptions,
  ) {
    this.#db = db;
    this.#lease = lease;
  }

  /**
   * Puts its end off; `false`: another holder has had it since.
   *
   * @throws {Error} if the database does not take it
   */
  async renew(): Promise<boolean> {
    const { name, holder, leaseMs, wallClock } = this.#lease;
    const until = wallClock() + leaseMs;
    return await this.#db.writer.transaction((trx) => renewLease(trx, { name, holder, until }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#db.writer.transaction((trx) => endLease(trx, this.#lease)).catch(this.#lease.failed);
  }
}

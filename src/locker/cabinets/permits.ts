import type { Database, PermitTable } from "../../db/mod.ts";
import { insertPermit, permitById, permitsAhead, revokePermit } from "../../db/queries/permits.ts";
import { PERSON } from "../../lib/limits.ts";
import type { Actor, AuditLog } from "../audit_log.ts";
import type { PermitView } from "../../cabinet/types.ts";

/** Which cells a person may open, and when. */
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

/** Who may open which cells of a cabinet whose cells are assigned. The person's pages are told of each change. */
export class Permits {
  readonly #db: Database;
  readonly #log: AuditLog;
  readonly #wallClock: () => number;

  constructor(db: Database, options: { auditLog: AuditLog; wallClock: () => number }) {
    this.#db = db;
    this.#log = options.auditLog;
    this.#wallClock = options.wallClock;
  }

  /** What the person may open in the cabinet, now or later; what begins first comes first. */
  async of(cabinet: string, person: string): Promise<PermitView[]> {
    const now = this.#wallClock();
    const rows = await permitsAhead(this.#db.tables, { cabinet, person, now, limit: PERSON.permitsShownMax });
    return rows.map(permitView);
  }

  /**
   * Gives a permit, whose id is the act's.
   *
   * @throws {ConflictError} if the id belongs to another act
   */
  async grant(actor: Actor, grant: Grant): Promise<PermitTable | undefined> {
    const { cabinet, person, cells, from, until } = grant;
    await this.#log.do(actor, { act: "grant", cabinet, subject: person }, async (trx, now) => {
      const row = {
        id: actor.id,
        cabinet,
        person,
        cells: cells ? JSON.stringify(cells) : null,
        valid_from: from,
        valid_until: until ?? null,
        created_at: now,
        revoked_at: null,
      };
      await insertPermit(trx, row);
      return [{ type: "permit", row }];
    });
    return await permitById(this.#db.tables, actor.id);
  }

  /**
   * Takes a permit away; returns it. `undefined`: there is none. Harmless when it was taken away.
   *
   * @throws {ConflictError} if the id belongs to another act
   */
  async revoke(actor: Actor, id: string): Promise<PermitTable | undefined> {
    const permit = await permitById(this.#db.tables, id);
    if (!permit) return undefined;
    await this.#log.do(actor, { act: "revoke", cabinet: permit.cabinet, subject: id }, async (trx, now) => {
      const row = await revokePermit(trx, id, now);
      return row ? [{ type: "permit", row }] : [];
    });
    return await permitById(this.#db.tables, id);
  }
}

/** The permit as its person sees it. */
function permitView({ cells, valid_from, valid_until }: PermitTable): PermitView {
  return {
    cells: cells === null ? null : JSON.parse(cells),
    from: new Date(valid_from).toISOString(),
    ...(valid_until === null ? {} : { until: new Date(valid_until).toISOString() }),
  };
}

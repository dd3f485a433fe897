import type { Context } from "hono";
import { clientOf } from "../http/client_address.ts";
import { STAFF } from "../lib/limits.ts";
import { KeyedRateLimiter } from "../lib/keyed_rate_limiter.ts";
import type { AuditLog } from "../locker/mod.ts";
import type { Caller } from "../staff/mod.ts";

/** Notes in the audit log what was refused to staff for want of a permission: of each caller so many, not each. */
export class Refusals {
  readonly #auditLog: AuditLog;
  readonly #now: () => number;
  readonly #rate = new KeyedRateLimiter(STAFF.refusalsNoted);

  /** @param options.now milliseconds that only go forward */
  constructor(auditLog: AuditLog, options: { now: () => number }) {
    this.#auditLog = auditLog;
    this.#now = options.now;
  }

  /** Notes that this request of the caller was refused. */
  async note(c: Context, caller: Caller): Promise<void> {
    if (!this.#rate.takes(caller.who, this.#now())) return;
    const { who, role, organization } = caller;
    const actor = { id: crypto.randomUUID(), who, role, organization, reason: undefined };
    const subject = `${c.req.method} ${c.req.path}`.slice(0, STAFF.subjectCharactersMax);
    await this.#auditLog.note({ ...actor, address: clientOf(c).address }, {
      act: "refused",
      cabinet: "",
      subject,
    });
  }
}

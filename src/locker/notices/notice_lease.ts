import type { Tables } from "../../db/mod.ts";
import { changeNotice, type DueNotice, leaseNotices, lockDueNotices } from "../../db/queries/notices.ts";
import { NOTICE } from "../../lib/limits.ts";
import type { PickupCodes } from "../codes/pickup_codes.ts";
import { dropped, reasonToDrop } from "./notice_tries.ts";

/** A notice that is this isolate's to send, for {@linkcode NOTICE.leaseMs}. */
export interface Leased {
  /** As it was before. */
  readonly notice: DueNotice;
  /** The pickup code in it, as long as that works. */
  readonly code: string | undefined;
  /** When it was taken. */
  readonly began: number;
}

/**
 * Drops the due notices that must not be sent any more, and leases as many of the others as there is room for. From then on
 * it is not known whether those arrive: a program that dies while it sends one leaves it so.
 */
export async function takeDue(
  trx: Tables,
  options: { app: string; codes: PickupCodes; now: number; room: number },
): Promise<{ leased: Leased[]; gone: { notice: DueNotice; problem: string }[] }> {
  const { app, codes, now, room } = options;
  const leased: Leased[] = [];
  const gone: { notice: DueNotice; problem: string }[] = [];
  for (const notice of await lockDueNotices(trx, { app, now, limit: NOTICE.stepMax })) {
    const problem = reasonToDrop(notice, now);
    if (problem !== undefined) {
      await changeNotice(trx, notice.id, { set: dropped(problem, now) });
      gone.push({ notice, problem });
    } else if (leased.length < room) {
      const code = notice.code === null ? undefined : await codes.madeBy(trx, notice.code, now);
      leased.push({ notice, code, began: now });
    }
  }
  const ids = leased.map(({ notice }) => notice.id);
  await leaseNotices(trx, ids, { now, until: now + NOTICE.leaseMs });
  return { leased, gone };
}

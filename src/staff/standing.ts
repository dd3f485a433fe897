import { may, type Permission } from "../cabinet/roles.ts";
import type { Tables } from "../db/mod.ts";
import { holdMembership } from "../db/queries/staff/memberships.ts";
import { holdToken } from "../db/queries/staff/tokens.ts";
import { ROOT } from "./scope.ts";

/** Who began something that takes a while, and with which scope: the column of a membership or a token. */
export interface Beginner {
  readonly who: string;
  readonly organization: string;
  readonly tags: string | null;
}

/**
 * Whether who began something may go on with it: the role still has the permission, and the scope is the same. Until the
 * transaction ends it stays so.
 *
 * @param options.now milliseconds since 1970
 */
export async function stillMay(
  trx: Tables,
  { who, organization, tags }: Beginner,
  { permission, now }: { permission: Permission; now: number },
): Promise<boolean> {
  if (who === ROOT) return true;
  const [kind, id = ""] = who.split(":");
  const rights = kind === "token"
    ? await workingToken(trx, id, now)
    : await holdMembership(trx, { account: id, organization });
  return rights?.organization === organization && rights.tags === tags && may(rights.role, permission);
}

async function workingToken(trx: Tables, id: string, now: number) {
  const token = await holdToken(trx, id);
  const isOver = token?.revoked_at !== null || token.until !== null && token.until <= now;
  return isOver ? undefined : token;
}

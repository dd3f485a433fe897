import type { Context } from "hono";
import type { z } from "zod";
import type { AuditAction } from "../../../cabinet/kinds.ts";
import { clientOf } from "../../../http/client_address.ts";
import { LOG_IN } from "../../../lib/limits.ts";
import { deleteStaffCookie } from "../../access.ts";
import type { OperatorContext } from "../../context.ts";
import { type account as accountShape, accountRoutes } from "../../contract/staff/account.ts";
import { timestamp } from "../../contract/shared/fields.ts";
import { languageAnswer } from "../../contract/staff/organizations.ts";
import { wholeList } from "../../lists.ts";
import type { Mount } from "../../mount.ts";
import { Problem, tooManyTries } from "../../problem.ts";
import { found } from "../../requests.ts";

type AccountAnswer = z.infer<typeof accountShape>;

/** When a session whose present password was wrong too often has another try. */
const PRESENT_PASSWORD_WAIT_MS = Math.round(1000 / LOG_IN.wrongPresentPasswords.perSecond);

/** What an account does about itself. */
export function accountHandlers(mount: Mount, context: OperatorContext): void {
  const { accounts, staffSessions } = context;

  mount(accountRoutes.get, async ({ loggedIn: { account } }) => await accountAnswer(account, context));
  mount(accountRoutes.change, async ({ body, loggedIn: { account } }) => {
    await accounts.change(account, body);
    return await accountAnswer(account, context);
  });
  mount(accountRoutes.logOut, async ({ c, loggedIn: { account, session } }) => {
    await staffSessions.end(account, session);
    deleteStaffCookie(c);
  });
  mount(accountRoutes.sessions, async ({ loggedIn: { account, session } }) => {
    const items = (await staffSessions.of(account)).map(({ id, created_at, used_at, address, agent }) => ({
      id,
      createdAt: timestamp(created_at),
      lastUsedAt: timestamp(used_at),
      address,
      agent,
      isThis: id === session,
    }));
    return wholeList(items);
  });
  mount(accountRoutes.endSession, async ({ path: { id }, loggedIn: { account } }) => {
    found(await staffSessions.end(account, id) || undefined, "session", id);
  });
}

/** An account's own password and second factor. What was changed of them is noted for each of its organizations. */
export function credentialHandlers(mount: Mount, context: OperatorContext): void {
  const { accounts } = context;
  mount(accountRoutes.changePassword, async ({ c, body, loggedIn: { account, session } }) => {
    const done = await accounts.changePassword(account, { ...body, session });
    if (done === "wrong") throw wrongPassword();
    if (done === "busy") throw tooManyTries(PRESENT_PASSWORD_WAIT_MS);
    await noteOfAccount(c, { act: "change-password", account }, context);
  });
  mount(
    accountRoutes.beginSecondFactor,
    async ({ body: { password }, loggedIn: { account, session } }) => {
      await proven({ account, session, password });
      return found(await accounts.beginTotp(account), "account", account);
    },
  );
  mount(accountRoutes.confirmSecondFactor, async ({ c, body: { code }, loggedIn: { account } }) => {
    const recoveryCodes = await accounts.confirmTotp(account, code);
    if (!recoveryCodes) throw new Problem(422, "code: wrong, or no second factor was begun");
    await noteOfAccount(c, { act: "set-second-factor", account }, context);
    return { recoveryCodes };
  });
  mount(
    accountRoutes.removeSecondFactor,
    async ({ c, body: { password }, loggedIn: { account, session } }) => {
      await proven({ account, session, password });
      await accounts.forgetTotp(account);
      await noteOfAccount(c, { act: "remove-second-factor", account }, context);
    },
  );

  async function proven(
    { account, session, password }: { account: string; session: string; password: string },
  ): Promise<void> {
    const done = await accounts.provePassword(account, { password, session });
    if (done === "wrong") throw wrongPassword();
    if (done === "busy") throw tooManyTries(PRESENT_PASSWORD_WAIT_MS);
  }
}

/** Notes in the audit log of each organization of an account what the account did about itself. */
export async function noteOfAccount(
  c: Context,
  { act, account }: { act: AuditAction; account: string },
  { members, auditLog }: OperatorContext,
): Promise<void> {
  const { address } = clientOf(c);
  for (const { organization, role } of await members.membershipsOf(account)) {
    const actor = { who: `account:${account}`, role, organization, reason: undefined, address };
    await auditLog.note({ id: crypto.randomUUID(), ...actor }, { act, cabinet: "", subject: account });
  }
}

/** The account, and where it may do what. */
export async function accountAnswer(
  id: string,
  { accounts, members, organizations }: OperatorContext,
): Promise<AccountAnswer> {
  const { login, name, language, totp } = found(await accounts.find(id), "account", id);
  const names = new Map((await organizations.list()).map(({ id, name }) => [id, name]));
  const memberships = (await members.membershipsOf(id)).map(({ organization, role, tags }) => ({
    organization,
    name: names.get(organization) ?? "",
    role,
    tags: tags ? [...tags] : null,
  }));
  return {
    id,
    login,
    name,
    language: languageAnswer(language),
    hasSecondFactor: totp !== null,
    memberships,
  };
}

function wrongPassword(): Problem {
  return new Problem(422, "The present password is wrong", { code: "wrong-password" });
}

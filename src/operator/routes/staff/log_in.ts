import type { Context } from "hono";
import type { z } from "zod";
import { clientOf } from "../../../http/client_address.ts";
import { StaffMistakeError, UnknownInvitationError } from "../../../staff/mod.ts";
import { fromNoOtherSite, setStaffCookie } from "../../access.ts";
import type { OperatorContext } from "../../context.ts";
import { accountRoutes } from "../../contract/staff/account.ts";
import type { Mount } from "../../mount.ts";
import { Problem, tooManyTries } from "../../problem.ts";
import { accountAnswer, noteOfAccount } from "./account.ts";

type AcceptBody = z.output<typeof accountRoutes.accept.body>;

/** How staff comes in: with a password, or by a link. */
export function logInHandlers(mount: Mount, context: OperatorContext): void {
  const { access, invitations, linkGuard, logIn, staffSessions } = context;

  mount(accountRoutes.logIn, async ({ c, body }) => {
    fromNoOtherSite(c);
    const result = await logIn.logIn({ ...body, ...browserOf(c) });
    switch (result.type) {
      case "in":
        setStaffCookie(c, result.secret);
        await noteOfAccount(c, { act: "log-in", account: result.account }, context);
        return await accountAnswer(result.account, context);
      case "busy":
        throw tooManyTries(result.retryAfterMs);
      case "code-needed":
        throw new Problem(401, "Give a code of your second factor, too", { code: "second-factor-wanted" });
      case "wrong-code":
        throw new Problem(401, "This code is wrong, or was used before", { code: "wrong-code" });
      case "wrong":
        throw new Problem(401, "Login or password is wrong", { code: "wrong-password" });
    }
  });
  mount(accountRoutes.look, async ({ c, body: { secret } }) => {
    const invitation = await guarded(c, async () => {
      const invitation = await invitations.look(secret);
      if (invitation) return invitation;
      throw new UnknownInvitationError("This link is not whole, was used, was taken back, or is too old");
    });
    const { kind, organization, role = null, login = null } = invitation;
    return { kind, organization: organization.id, organizationName: organization.name, role, login };
  });
  mount(accountRoutes.accept, async ({ c, body }) => {
    fromNoOtherSite(c);
    const { secret, ...answer } = await answerOf(c, body);
    const account = await guarded(c, () => invitations.accept(secret, answer, browserOf(c)));
    if (!("id" in answer)) {
      setStaffCookie(c, (await staffSessions.begin({ account, ...browserOf(c) })).secret);
    }
    return await accountAnswer(account, context);
  });

  /** Asks for a link, unless too many were asked for from there; tells of one that there is not. */
  async function guarded<T>(c: Context, ask: () => Promise<T>): Promise<T> {
    const { address } = clientOf(c);
    const waitMs = linkGuard.waitMs(address);
    if (waitMs > 0) throw tooManyTries(waitMs);
    try {
      return await ask();
    } catch (error) {
      if (error instanceof UnknownInvitationError) linkGuard.wrong(address);
      throw error;
    }
  }

  /** The account that is logged in where nothing but the link is given. */
  async function answerOf(c: Context, { secret, login, name, language, password }: AcceptBody) {
    if (password === undefined) {
      if (login !== undefined) throw new StaffMistakeError("password: a new account needs one");
      return { secret, id: (await access.sessionOf(c)).account };
    }
    if (login === undefined) return { secret, password };
    if (name === undefined) throw new StaffMistakeError("name: a new account needs one");
    return { secret, login, name, language: language ?? "zh", password };
  }
}

function browserOf(c: Context): { address: string; agent: string } {
  return { address: clientOf(c).address, agent: c.req.header("user-agent") ?? "" };
}

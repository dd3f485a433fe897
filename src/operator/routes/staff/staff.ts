import type { Context } from "hono";
import { clientOf } from "../../../http/client_address.ts";
import { ForeignAccountError, type Invited } from "../../../staff/mod.ts";
import type { OperatorContext } from "../../context.ts";
import { invitationAnswer, invitationRoutes, memberAnswer, staffRoutes } from "../../contract/staff/staff.ts";
import { wholeList } from "../../lists.ts";
import type { Mount } from "../../mount.ts";
import { found } from "../../requests.ts";
import { refuseUnlessMayReachAll } from "../../special_rights.ts";

/** Where links lead to. What is behind `#` no browser sends to a server, so it gets into no log. */
const JOIN_PATH = "/console/join";

const MEMBER = "member of staff";

/** The organization's staff, and the links that make and reset it. */
export function staffHandlers(mount: Mount, context: OperatorContext): void {
  const { members, invitations, staffSessions, auditLog } = context;

  mount(staffRoutes.list, async ({ caller: { organization } }) => {
    return wholeList((await members.of(organization)).map(memberAnswer));
  });
  mount(staffRoutes.change, async ({ path: { id }, body: { reason: _, ...rights }, actor }) => {
    return memberAnswer(found(await members.change(actor, id, rights), MEMBER, id));
  });
  mount(staffRoutes.remove, async ({ path: { id }, actor }) => {
    found(await members.remove(actor, id) || undefined, MEMBER, id);
  });
  mount(staffRoutes.reset, async ({ c, path: { id }, actor }) => {
    const made = found(await invitations.reset(actor, id), MEMBER, id);
    return await withLink(c, made, actor.organization);
  });
  mount(staffRoutes.endSessions, async ({ path: { id }, actor, caller }) => {
    refuseUnlessMayReachAll(caller);
    const { organization, kind } = caller;
    found(await members.find(organization, id), MEMBER, id);
    if (kind !== "root" && (await members.membershipsOf(id)).length > 1) {
      throw new ForeignAccountError(
        "This account is staff of another organization, too: only it logs itself out",
      );
    }
    await auditLog.do(actor, { act: "log-out-member", cabinet: "", subject: id }, async (trx) => {
      await staffSessions.endAllIn(trx, id);
      return [];
    });
  });
  mount(invitationRoutes.list, async ({ caller: { organization } }) => {
    return wholeList((await invitations.of(organization)).map(invitationAnswer));
  });
  mount(invitationRoutes.create, async ({ c, body: { reason: _, ...wanted }, actor }) => {
    return await withLink(c, await invitations.invite(actor, wanted), actor.organization);
  });
  mount(invitationRoutes.remove, async ({ path: { id }, actor }) => {
    found(await invitations.revoke(actor, id) || undefined, "invitation", id);
  });

  async function withLink(c: Context, { id, secret }: Invited, organization: string) {
    const row = (await invitations.of(organization)).find((one) => one.id === id);
    const link = `${clientOf(c).serviceUrl}${JOIN_PATH}#${secret}`;
    return { ...invitationAnswer(found(row, "invitation", id)), link };
  }
}

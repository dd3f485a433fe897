import type { Organization } from "../../../staff/mod.ts";
import type { OperatorContext } from "../../context.ts";
import { organizationAnswer, organizationRoutes } from "../../contract/staff/organizations.ts";
import { wholeList } from "../../lists.ts";
import type { Mount } from "../../mount.ts";
import { found } from "../../requests.ts";
import { refuseUnlessMayReachAll } from "../../special_rights.ts";

/** Organizations: the caller's own, and, for who runs the service, all of them. */
export function organizationHandlers(mount: Mount, { organizations, members }: OperatorContext): void {
  mount(organizationRoutes.list, async ({ caller }) => {
    const all = await organizations.list();
    const memberships = caller.account === undefined ? [] : await members.membershipsOf(caller.account);
    const own = new Set(memberships.map(({ organization }) => organization));
    const isOwn = ({ id }: Organization) =>
      caller.kind === "root" || id === caller.organization || own.has(id);
    return wholeList(all.filter(isOwn).map(organizationAnswer));
  });
  mount(organizationRoutes.create, async ({ body: { reason: _, ...wanted }, actor }) => {
    return organizationAnswer(await organizations.create(actor, wanted));
  });
  mount(organizationRoutes.get, async ({ caller: { organization } }) => {
    return organizationAnswer(found(await organizations.find(organization), "organization", organization));
  });
  mount(
    organizationRoutes.change,
    async ({ body: { reason: _, ...changes }, actor, caller }) => {
      refuseUnlessMayReachAll(caller);
      const { organization } = caller;
      const changed = await organizations.change(actor, organization, changes);
      return organizationAnswer(found(changed, "organization", organization));
    },
  );
}

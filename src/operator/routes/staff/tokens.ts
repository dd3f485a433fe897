import type { OperatorContext } from "../../context.ts";
import { tokenAnswer, tokenRoutes } from "../../contract/staff/staff.ts";
import { wholeList } from "../../lists.ts";
import type { Mount } from "../../mount.ts";
import { found } from "../../requests.ts";

/** Tokens of programs that work for the organization. */
export function tokenHandlers(mount: Mount, { staffTokens }: OperatorContext): void {
  mount(tokenRoutes.list, async ({ caller: { organization } }) => {
    return wholeList((await staffTokens.of(organization)).map(tokenAnswer));
  });
  mount(tokenRoutes.create, async ({ body: { reason: _, ...wanted }, actor }) => {
    const { id, token } = await staffTokens.create(actor, wanted);
    const row = (await staffTokens.of(actor.organization)).find((one) => one.id === id);
    return { ...tokenAnswer(found(row, "token", id)), token };
  });
  mount(tokenRoutes.revoke, async ({ path: { id }, actor }) => {
    found(await staffTokens.revoke(actor, id) || undefined, "token", id);
  });
}

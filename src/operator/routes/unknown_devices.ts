import { unknownDevices } from "../../db/queries/devices/unknown_devices.ts";
import type { Caller } from "../../staff/mod.ts";
import type { OperatorContext } from "../context.ts";
import { wholeList } from "../lists.ts";
import { unknownDeviceAnswer, unknownDeviceRoutes } from "../contract/unknown_devices.ts";
import type { Mount } from "../mount.ts";
import { Problem } from "../problem.ts";

/** Devices that no cabinet has. */
export function unknownDeviceHandlers(mount: Mount, { db, organizations }: OperatorContext): void {
  mount(unknownDeviceRoutes.list, async ({ query: { registration: said }, caller }) => {
    if (said === undefined && !await seesAll(caller, organizations)) {
      throw new Problem(422, "query: here you find a device only by its whole registration: ?registration=", {
        code: "registration-wanted",
      });
    }
    const rows = await db.view(caller, (view) => unknownDevices(view, { said }));
    return wholeList(rows.map(unknownDeviceAnswer));
  });
}

/** A device that is not a cabinet may be any organization's, and anybody's in it. */
async function seesAll(
  { kind, tags }: Caller,
  organizations: Pick<OperatorContext["organizations"], "count">,
): Promise<boolean> {
  return kind === "root" || tags === undefined && await organizations.count() === 1;
}

import { Hono } from "hono";
import type { OperatorContext } from "./context.ts";
import { feedHandlers } from "./feed/handlers.ts";
import { admit, mountOn } from "./mount.ts";
import { Problem, problemOf, problemResponse } from "./problem.ts";
import { accountHandlers, credentialHandlers } from "./routes/staff/account.ts";
import { cabinetHandlers } from "./routes/cabinets/cabinets.ts";
import { cellHandlers } from "./routes/cabinets/cells.ts";
import { jobHandlers } from "./routes/jobs.ts";
import { clearHandlers } from "./routes/clear.ts";
import { commandHandlers } from "./routes/commands.ts";
import { doorHandlers } from "./doors/handlers.ts";
import { importHandlers } from "./import/handlers.ts";
import { logInHandlers } from "./routes/staff/log_in.ts";
import { organizationHandlers } from "./routes/staff/organizations.ts";
import { personHandlers } from "./routes/people.ts";
import { permitHandlers } from "./routes/permits.ts";
import { posterHandlers } from "./routes/cabinets/posters.ts";
import { recordHandlers } from "./routes/records.ts";
import { rentalHandlers } from "./routes/rentals.ts";
import { staffHandlers } from "./routes/staff/staff.ts";
import { serviceHandlers } from "./routes/status.ts";
import { tokenHandlers } from "./routes/staff/tokens.ts";
import { unknownDeviceHandlers } from "./routes/unknown_devices.ts";

const HANDLERS = [
  logInHandlers,
  accountHandlers,
  credentialHandlers,
  cabinetHandlers,
  cellHandlers,
  clearHandlers,
  commandHandlers,
  doorHandlers,
  importHandlers,
  feedHandlers,
  jobHandlers,
  organizationHandlers,
  personHandlers,
  permitHandlers,
  posterHandlers,
  recordHandlers,
  rentalHandlers,
  serviceHandlers,
  staffHandlers,
  tokenHandlers,
  unknownDeviceHandlers,
];

/** The operator's REST API: the routes below `/api/v1`. */
export function operatorApi(context: OperatorContext): Hono {
  const api = new Hono();
  api.onError((error, c) => problemResponse(c, problemOf(error, context.failed)));
  const mount = mountOn(api, context);
  for (const handlers of HANDLERS) handlers(mount, context);
  api.all("*", async (c) => {
    await admit(c, "view", context);
    throw new Problem(404, `There is no ${c.req.method} ${c.req.path}`);
  });
  return api;
}

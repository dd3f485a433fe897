import { PERMISSIONS, rolesThatMay } from "../../cabinet/roles.ts";
import type { Access } from "../access.ts";
import type { OpenApiObject } from "./schemas.ts";

/** Who may call a route, where it is not a permission of a role. */
const WHO: Readonly<Partial<Record<Access, string>>> = {
  public: "May be called by all",
  account: "Is about the account that is logged in",
  root: "Takes the service's own token",
  service: "Takes the service's own token, or an owner where the service has one organization",
};

/** Who may call a route of this access, in words. */
export function whoMay(access: Access): string {
  const words = WHO[access];
  if (words !== undefined) return words;
  const roles = PERMISSIONS.filter((permission) => permission === access).flatMap(rolesThatMay);
  return `Takes the service's own token, or the role ${roles.join(", ").replace(/, (?=[^,]*$)/, " or ")}`;
}

/** By what a route knows its caller, where it is not a token or a session. */
const SECURITY: Readonly<Partial<Record<Access, readonly OpenApiObject[]>>> = {
  public: [],
  account: [{ session: [] }],
  root: [{ token: [] }],
};

/** By what a route of this access knows its caller. */
export function securityOf(access: Access): readonly OpenApiObject[] {
  return SECURITY[access] ?? [{ token: [] }, { session: [] }];
}

/** What callers are known by. */
export const SECURITY_SCHEMES: OpenApiObject = {
  token: {
    type: "http",
    scheme: "bearer",
    description: "OPERATOR_TOKEN, which is the service's own, or a token of an organization (kg_…)",
  },
  session: {
    type: "apiKey",
    in: "cookie",
    name: "kaigui_staff",
    description: "Set by POST /session; behind https its name is __Host-kaigui_staff. Calls that change " +
      "something, and WebSockets, have to come from the service's own pages: their Origin is its address",
  },
};

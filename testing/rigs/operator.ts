/**
 * What the tests of the operator's routes share.
 *
 * @module
 */
import { Hono } from "hono";
import { ROLES } from "../../src/cabinet/roles.ts";
import { clientAddress, type Reached } from "../../src/http/client_address.ts";
import type { Actor, AuditLog } from "../../src/locker/mod.ts";
import { AccessControl } from "../../src/operator/access.ts";
import { operatorApi, type OperatorContext } from "../../src/operator/mod.ts";
import { Refusals } from "../../src/operator/refusals.ts";
import { TokenCheck } from "../../src/operator/token_check.ts";
import type { Caller, Callers, StaffSessions } from "../../src/staff/mod.ts";

/** The service's own token, which {@linkcode tokens} knows. */
export const TOKEN = "secret";

/** Admits requests with that token, and tells nobody of others. */
export const tokens = new TokenCheck({
  token: TOKEN,
  connectionsMax: 100,
  refused: () => {},
  alarm: () => {},
  now: () => 0,
  wallClock: () => 0,
  wait: () => Promise.resolve(),
});

/** Of each role the first organization has one token, which is `kg_` and the role. */
const callers = {
  ofRoot: () => Promise.resolve(caller({ who: "operator", kind: "root", role: undefined })),
  ofToken: (token: string) => {
    const role = ROLES.find((role) => token === `kg_${role}`);
    return Promise.resolve(role && caller({ who: `token:${role}`, kind: "token", role }));
  },
} as unknown as Callers;

function caller(who: Pick<Caller, "who" | "kind" | "role">): Caller {
  const confirm = () => Promise.resolve();
  return { organization: "main", tags: undefined, account: undefined, session: undefined, confirm, ...who };
}

/** Nobody is logged in. */
const sessions = { find: () => Promise.resolve(undefined) } as unknown as StaffSessions;

/** Knows the service's own token, and one of each role. */
export const access = new AccessControl({ tokens, callers, sessions });

/** An organization, or as many as there are. */
export function organizations(count = 1): OperatorContext["organizations"] {
  return { count: () => Promise.resolve(count) } as OperatorContext["organizations"];
}

/** Notes what was refused in that list: who wanted it in which role, and what. */
export function refusals(noted: (string | undefined)[][] = []): Refusals {
  const auditLog: Pick<AuditLog, "note"> = {
    note({ who, role, organization }: Actor, { act, subject }) {
      noted.push([act, who, role, organization, subject]);
      return Promise.resolve();
    },
  };
  return new Refusals(auditLog as AuditLog, { now: () => 0 });
}

/** Requests come straight from their senders. */
export const STRAIGHT: Reached = { publicUrl: undefined, trustedProxies: 0 };

/** The API over as much of its context as a test needs. */
export function apiOver(context: Partial<OperatorContext>): Hono {
  const mounting = { access, organizations: organizations(), refusals: refusals() };
  const api = operatorApi({ token: TOKEN, tokens, ...mounting, ...context } as OperatorContext);
  return new Hono().use(clientAddress(STRAIGHT)).route("/", api);
}

/** What the server says of a request's connection. */
export const HERE = { remoteAddr: { transport: "tcp", hostname: "127.0.0.1", port: 50_000 } };

import { type Ground, now, wallClock } from "./ground.ts";
import { raiseGuessAlarm, tokenCheck } from "./tokens.ts";
import { SecretBox } from "../../lib/secret_box.ts";
import { SharedLock } from "../../lib/concurrency/shared_lock.ts";
import type { AuditLog } from "../../locker/mod.ts";
import { AccessControl, type OperatorContext, Refusals } from "../../operator/mod.ts";
import {
  Accounts,
  Callers,
  HeldRights,
  Invitations,
  LinkGuard,
  LogIn,
  LoginGuard,
  Members,
  Organizations,
  PasswordHasher,
  StaffSessions,
  StaffTokens,
} from "../../staff/mod.ts";
import type { CredentialRefusal } from "../../users/mod.ts";

/** What the API needs for staff. */
export type StaffParts =
  & Pick<
    OperatorContext,
    | "access"
    | "accounts"
    | "invitations"
    | "linkGuard"
    | "logIn"
    | "members"
    | "organizations"
    | "refusals"
    | "staffSessions"
    | "staffTokens"
    | "tokens"
  >
  & { readonly rights: HeldRights };

/** Puts together how staff comes in, and what it may. Refused tries are reported with the other refused credentials. */
export function staffParts(
  ground: Ground,
  { auditLog, refused }: { auditLog: AuditLog; refused: (refusal: CredentialRefusal) => void },
): StaffParts {
  const { options: { index, memory, sessionSecret }, db } = ground;
  const lock = new SharedLock(memory.hashing[index % 2 === 0 ? 0 : 1], index);
  const hasher = new PasswordHasher({ lock: (work) => lock.run(work) });
  const sessions = new StaffSessions(db, { wallClock });
  const tokens = tokenCheck(ground, refused);
  const callers = new Callers(db, { wallClock });
  const box = new SecretBox(sessionSecret);
  const accounts = new Accounts(db, { hasher, sessions, box, now, wallClock });
  const alarm = (until: number) => raiseGuessAlarm(ground, { kind: "wrong-passwords", until });
  const guard = new LoginGuard({ refused, alarm, now, wallClock });
  const logIn = new LogIn(db, { accounts, sessions, hasher, guard, box, wallClock });
  return {
    tokens,
    rights: new HeldRights(db, { sessions, wallClock }),
    access: new AccessControl({ tokens, callers, sessions }),
    accounts,
    linkGuard: new LinkGuard({ refused, alarm, now, wallClock }),
    logIn,
    staffSessions: sessions,
    refusals: new Refusals(auditLog, { now }),
    organizations: new Organizations(db, { auditLog }),
    members: new Members(db, { auditLog }),
    staffTokens: new StaffTokens(db, { auditLog, wallClock }),
    invitations: invitationsOver(ground, { auditLog, accounts, sessions, hasher }),
  };
}

function invitationsOver(
  { db }: Ground,
  { auditLog, accounts, sessions, hasher }: {
    auditLog: AuditLog;
    accounts: Accounts;
    sessions: StaffSessions;
    hasher: PasswordHasher;
  },
): Invitations {
  const writes = {
    hash: (password: string) => hasher.hash(password),
    create: (...account: Parameters<Accounts["create"]>) => accounts.create(...account),
    setPassword: (...change: Parameters<Accounts["setPassword"]>) => accounts.setPassword(...change),
    forgetSecondFactor: (...change: Parameters<Accounts["removeTotp"]>) => accounts.removeTotp(...change),
    endSessions: (...ended: Parameters<StaffSessions["endAllIn"]>) => sessions.endAllIn(...ended),
  };
  return new Invitations(db, { auditLog, accounts: writes, wallClock });
}

/**
 * For tests: organizations with their staff over a real database, with the clock in the test's hand.
 *
 * @module
 */
import { type Database, type DatabaseLocation, openDatabase } from "../../src/db/mod.ts";
import { Semaphore } from "../../src/lib/concurrency/semaphore.ts";
import { AuditLog } from "../../src/locker/audit_log.ts";
import type { Actor } from "../../src/locker/mod.ts";
import {
  type AccountWrites,
  type Caller,
  Callers,
  Invitations,
  Members,
  Organizations,
  type Rights,
  StaffTokens,
} from "../../src/staff/mod.ts";
import { FaultyRouter } from "../network/faulty_router.ts";
import { actor, root } from "./actor.ts";

export { root };

/** What the caller does, confirmed as each request of staff is. */
export function actorFor({ who, organization, role, confirm }: Caller): Actor {
  return actor(who, organization, { role, confirm });
}

/** Staff of a service with the organization `main`, and of `other` where the test makes it. */
export class OrganizationsRig implements AsyncDisposable {
  readonly db: Database;
  readonly auditLog: AuditLog;
  readonly organizations: Organizations;
  readonly members: Members;
  readonly invitations: Invitations;
  readonly tokens: StaffTokens;
  readonly callers: Callers;
  /** Milliseconds that are added to the time of day. */
  later = 0;
  /** The passwords that were hashed. */
  readonly hashed: string[] = [];
  #accounts = 0;

  private constructor(db: Database) {
    this.db = db;
    const wallClock = () => Date.now() + this.later;
    this.auditLog = new AuditLog(db, { router: new FaultyRouter(), wallClock });
    const { auditLog } = this;
    this.organizations = new Organizations(db, { auditLog });
    this.members = new Members(db, { auditLog });
    this.invitations = new Invitations(db, { auditLog, accounts: accountWrites(this.hashed), wallClock });
    this.tokens = new StaffTokens(db, { auditLog, wallClock });
    this.callers = new Callers(db, { wallClock });
  }

  static async open(place: DatabaseLocation): Promise<OrganizationsRig> {
    return new OrganizationsRig(await openDatabase(place));
  }

  /** As many programs on one database. */
  static async openSeveral(place: DatabaseLocation, count: number): Promise<OrganizationsRig[]> {
    const turns = new Semaphore(1);
    const rigs: OrganizationsRig[] = [];
    while (rigs.length < count) {
      const exclusive = <T>(work: () => Promise<T>) => turns.run(work);
      rigs.push(new OrganizationsRig(await openDatabase(place, { failed: () => {}, exclusive })));
    }
    return rigs;
  }

  get now(): number {
    return Date.now() + this.later;
  }

  /** Makes the organization `other`. */
  async addOther(): Promise<void> {
    const other = { id: "other", name: "Other", language: "en", timeZone: "Europe/Berlin" } as const;
    await this.organizations.create(root(), other);
  }

  /** A new account that joins by a link. @returns its id */
  async join(organization: string, rights: Rights): Promise<string> {
    const login = `staff${++this.#accounts}@example.com`;
    return await this.joins(organization, rights, {
      login,
      name: "S",
      language: "zh",
      password: "a password",
    });
  }

  /** That account joins by a link. @returns its id */
  async joins(
    organization: string,
    rights: Rights,
    answer: Parameters<Invitations["accept"]>[1],
  ): Promise<string> {
    const { secret } = await this.invitations.invite(root(organization), rights);
    return await this.invitations.accept(secret, answer, { address: "10.9.9.9" });
  }

  /** The account as it calls. */
  async caller(account: string, organization: string): Promise<Caller> {
    const caller = await this.callers.ofAccount(account, { organization, session: "session" });
    if (typeof caller === "string") throw new Error(`No caller: ${caller}`);
    return caller;
  }

  /** The acts of that kind, oldest first. */
  async acts(
    act: string,
  ): Promise<{ who: string; role: string | null; subject: string | null; organization: string }[]> {
    const rows = await this.db.tables.selectFrom("acts").select([
      "act",
      "who",
      "role",
      "subject",
      "organization",
    ])
      .orderBy("at").execute();
    return rows.filter((row) => row.act === act).map(({ act: _act, ...row }) => row);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.db[Symbol.asyncDispose]();
  }
}

/** Writes accounts to their tables; hashing costs nothing here. */
function accountWrites(hashed: string[]): AccountWrites {
  return {
    hash(password) {
      hashed.push(password);
      return Promise.resolve(`hash of ${password}`);
    },
    async create(trx, account) {
      const { id = crypto.randomUUID(), ...given } = account;
      const row = { id, totp: null, totp_pending: null, totp_step: 0, created_at: Date.now(), ...given };
      return await trx.insertInto("accounts").values(row).onConflict((on) => on.column("login").doNothing())
        .returningAll().executeTakeFirst() ?? "taken";
    },
    async setPassword(trx, id, password) {
      await trx.updateTable("accounts").set({ password }).where("id", "=", id).execute();
    },
    async forgetSecondFactor(trx, id) {
      await trx.updateTable("accounts").set({ totp: null }).where("id", "=", id).execute();
      await trx.deleteFrom("recovery_codes").where("account", "=", id).execute();
    },
    async endSessions(trx, account) {
      await trx.updateTable("staff_sessions").set({ ended_at: 1 }).where("account", "=", account).execute();
    },
  };
}

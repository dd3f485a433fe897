import { TOTP } from "otpauth";
import type { AccountTable, Database } from "../../src/db/mod.ts";
import { SecretBox } from "../../src/lib/secret_box.ts";
import {
  Accounts,
  LogIn,
  LoginGuard,
  type LoginRefusal,
  type LogInRequest,
  type LogInResult,
  PasswordHasher,
  StaffSessions,
} from "../../src/staff/mod.ts";

/** Costs next to nothing: what is tested is not how long a hash takes. */
export const CHEAP = { n: 16, r: 1, p: 1 };
/** The password of all staff, where nothing else is said. */
export const PASSWORD = "correct horse battery";
/** A hasher that takes no turns with other isolates. */
export const cheapHasher = (): PasswordHasher => new PasswordHasher({ lock: (work) => work(), cost: CHEAP });

/** How staff comes in, in one isolate, on a clock that the test sets. */
export class StaffRig {
  /** Milliseconds since 1970, and those that only go forward. */
  now = 1_800_000_000_000;
  readonly told: LoginRefusal[] = [];
  readonly alarms: number[] = [];
  /** How many passwords were hashed. */
  hashed = 0;
  readonly db: Database;
  readonly hasher: PasswordHasher;
  readonly sessions: StaffSessions;
  readonly accounts: Accounts;
  readonly entrance: LogIn;

  constructor(db: Database) {
    const clock = () => this.now;
    const box = new SecretBox("a secret of the tests' own");
    this.db = db;
    this.hasher = new PasswordHasher({
      lock: (work) => {
        this.hashed++;
        return work();
      },
      cost: CHEAP,
    });
    this.sessions = new StaffSessions(db, { wallClock: clock });
    const { hasher, sessions } = this;
    this.accounts = new Accounts(db, { hasher, sessions, box, now: clock, wallClock: clock });
    const guard = new LoginGuard({
      refused: (refusal) => this.told.push(refusal),
      alarm: (until) => this.alarms.push(until),
      now: clock,
      wallClock: clock,
    });
    this.entrance = new LogIn(db, {
      accounts: this.accounts,
      sessions,
      hasher,
      guard,
      box,
      wallClock: clock,
    });
  }

  /** Adds an account whose password is {@linkcode PASSWORD}. */
  async account(login: string): Promise<AccountTable> {
    const password = await cheapHasher().hash(PASSWORD);
    const made = await this.db.writer.transaction((trx) =>
      this.accounts.create(trx, { login, name: "Anna", language: "zh", password })
    );
    if (made === "taken") throw new Error(`${login} is taken`);
    return made;
  }

  /** Gives the account a second factor. */
  async secondFactor(account: string): Promise<{ secret: string; recovery: string[] }> {
    const begun = await this.accounts.beginTotp(account);
    if (!begun) throw new Error("There is no such account");
    const recovery = await this.accounts.confirmTotp(account, this.code(begun.secret));
    if (!recovery) throw new Error("The code was not taken");
    return { secret: begun.secret, recovery };
  }

  /** The code that an authenticator app shows now. */
  code(secret: string): string {
    return new TOTP({ secret }).generate({ timestamp: this.now });
  }

  /** Tries to log in. */
  async logIn(
    { login = "anna@example.com", password = PASSWORD, address = "203.0.113.9", agent = "Firefox", code }:
      Partial<
        LogInRequest
      > = {},
  ): Promise<LogInResult> {
    return await this.entrance.logIn({ login, password, code, address, agent });
  }
}

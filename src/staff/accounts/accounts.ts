import type { AccountTable, Database, Tables } from "../../db/mod.ts";
import {
  accountBy,
  changeAccount,
  confirmSecondFactor,
  insertAccount,
  replacePassword,
  replaceRecoveryCodes,
} from "../../db/queries/staff/accounts.ts";
import { KeyedRateLimiter } from "../../lib/keyed_rate_limiter.ts";
import { LOG_IN } from "../../lib/limits.ts";
import type { SecretBox } from "../../lib/secret_box.ts";
import { loginFrom } from "./logins.ts";
import { checkedPassword, HasherBusyError, type PasswordHasher } from "./passwords.ts";
import { newRecoveryCodes } from "./recovery_codes.ts";
import type { StaffSessions } from "./sessions.ts";
import { newTotpSecret, totpStep, totpUri } from "./totp.ts";

/** What accounts work with. */
export interface AccountsOptions {
  readonly hasher: PasswordHasher;
  readonly sessions: StaffSessions;
  /** Seals the secrets of second factors. */
  readonly box: SecretBox;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
}

/** A new account. */
export interface NewAccount {
  /** @default {crypto.randomUUID()} */
  readonly id?: string | undefined;
  readonly login: string;
  readonly name: string;
  readonly language: string;
  /** As {@linkcode PasswordHasher.hash} returns it. */
  readonly password: string;
}

/** Accounts of staff: their names, passwords and second factors. */
export class Accounts {
  readonly #db: Database;
  readonly #options: AccountsOptions;
  readonly #wrongPasswords = new KeyedRateLimiter(LOG_IN.wrongPresentPasswords);

  constructor(db: Database, options: AccountsOptions) {
    this.#db = db;
    this.#options = options;
  }

  /** The account with that id. */
  async find(id: string): Promise<AccountTable | undefined> {
    return await accountBy(this.#db.tables, { id });
  }

  /**
   * The account with that login, however it is spelled.
   *
   * @throws {InvalidLoginError}
   */
  async byLogin(login: string): Promise<AccountTable | undefined> {
    return await accountBy(this.#db.tables, { login: loginFrom(login) });
  }

  /**
   * Adds an account.
   *
   * @returns `taken`: another one has the login
   * @throws {InvalidLoginError}
   */
  async create(trx: Tables, account: NewAccount): Promise<AccountTable | "taken"> {
    const { id = crypto.randomUUID(), login, name, language, password } = account;
    const created_at = this.#options.wallClock();
    const row = { id, login: loginFrom(login), name, language, password, created_at };
    return await insertAccount(trx, row) ?? "taken";
  }

  /**
   * Changes the password and ends all other sessions.
   *
   * @param passwords.session the id of the session that stays
   * @returns `wrong`: the present password is another one; `busy`: it was wrong too often
   * @throws {InvalidPasswordError}
   * @throws {HasherBusyError}
   */
  async changePassword(
    account: string,
    { current, next, session }: { current: string; next: string; session?: string | undefined },
  ): Promise<"changed" | "wrong" | "busy"> {
    const { hasher, sessions } = this.#options;
    checkedPassword(next);
    const proved = await this.#prove(account, { password: current, guesser: session ?? account });
    if (typeof proved === "string") return proved;
    const { password: from } = proved;
    const to = await hasher.hash(next);
    return await this.#db.writer.transaction(async (trx) => {
      if (!await replacePassword(trx, { id: account, from, to })) return "wrong";
      await sessions.endAllIn(trx, account, { except: session });
      return "changed";
    });
  }

  /**
   * Whether that is the account's password: asked before something that a person who finds an open browser must not do.
   *
   * @returns `busy`: it was wrong too often
   * @throws {HasherBusyError}
   */
  async provePassword(
    account: string,
    { password, session }: { password: string; session: string },
  ): Promise<"right" | "wrong" | "busy"> {
    const proved = await this.#prove(account, { password, guesser: session });
    return typeof proved === "string" ? proved : "right";
  }

  /**
   * The account, if that is its password.
   *
   * @param options.guesser a session, where there is one: a stolen session does not keep the account's owner from a new password
   */
  async #prove(
    account: string,
    { password, guesser }: { password: string; guesser: string },
  ): Promise<AccountTable | "wrong" | "busy"> {
    const { hasher, now } = this.#options;
    if (!this.#wrongPasswords.takes(guesser, now())) return "busy";
    const found = await this.find(account);
    const isRight = await hasher.verify(password, found?.password).catch((error) => {
      // It was not looked at.
      if (error instanceof HasherBusyError) this.#wrongPasswords.giveBack(guesser, now());
      throw error;
    });
    if (!found || !isRight) return "wrong";
    this.#wrongPasswords.giveBack(guesser, now());
    return found;
  }

  /** Gives the account another password, which was hashed, and ends all its sessions. */
  async setPassword(trx: Tables, account: string, hashed: string): Promise<void> {
    await changeAccount(trx, account, { password: hashed });
    await this.#options.sessions.endAllIn(trx, account);
  }

  /**
   * Makes the secret of a second factor, which counts once it is confirmed.
   *
   * @returns the secret and the URI for an authenticator app; `undefined`: there is no such account
   */
  async beginTotp(account: string): Promise<{ secret: string; uri: string } | undefined> {
    const found = await this.find(account);
    if (!found) return undefined;
    const secret = newTotpSecret();
    const totp_pending = await this.#options.box.seal(secret, totpOwner(account));
    await this.#db.writer.transaction((trx) => changeAccount(trx, account, { totp_pending }));
    return { secret, uri: totpUri(secret, found.login) };
  }

  /**
   * Makes the secret that was begun the second factor, in place of one that there was.
   *
   * @returns recovery codes, which are shown this once; `undefined`: the code is wrong, or nothing was begun
   * @throws {UnreadableSecretError} if `SESSION_SECRET` has changed
   */
  async confirmTotp(account: string, code: string): Promise<string[] | undefined> {
    const pending = (await this.find(account))?.totp_pending;
    if (!pending) return undefined;
    const secret = await this.#options.box.open(pending, totpOwner(account));
    const step = totpStep(code, { secret, at: this.#options.wallClock() });
    if (step === undefined) return undefined;
    const { codes, hashes } = await newRecoveryCodes();
    return await this.#db.writer.transaction(async (trx) => {
      if (!await confirmSecondFactor(trx, { id: account, pending, step })) return undefined;
      await replaceRecoveryCodes(trx, account, hashes);
      return codes;
    });
  }

  /** Takes the account's second factor and its recovery codes. */
  async removeTotp(trx: Tables, account: string): Promise<void> {
    await changeAccount(trx, account, { totp: null, totp_pending: null });
    await replaceRecoveryCodes(trx, account, []);
  }

  /** As {@linkcode removeTotp}, in a transaction of its own. */
  async forgetTotp(account: string): Promise<void> {
    await this.#db.writer.transaction((trx) => this.removeTotp(trx, account));
  }

  /** Changes what the account is called, and its language. @returns `false`: there is no such account */
  async change(
    account: string,
    { name, language }: { name?: string | undefined; language?: string | undefined },
  ): Promise<boolean> {
    const change = { ...name !== undefined && { name }, ...language !== undefined && { language } };
    if (Object.keys(change).length === 0) return await this.find(account) !== undefined;
    return await this.#db.writer.transaction((trx) => changeAccount(trx, account, change));
  }
}

/** For whom the secret of an account's second factor is sealed. */
export function totpOwner(account: string): string {
  return `account:${account}`;
}

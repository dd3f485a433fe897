import type { AccountTable, Database } from "../../db/mod.ts";
import { takeLogIn, takeRecoveryCode } from "../../db/queries/staff/accounts.ts";
import { LOG_IN } from "../../lib/limits.ts";
import type { SecretBox } from "../../lib/secret_box.ts";
import { type Accounts, totpOwner } from "./accounts.ts";
import type { LoginGuard, LoginTry } from "./login_guard.ts";
import { loginFrom } from "./logins.ts";
import type { HashOrigin } from "./hash_queue.ts";
import { checkedPassword, HasherBusyError, type PasswordHasher } from "./passwords.ts";
import { recoveryHash } from "./recovery_codes.ts";
import type { StaffSessions } from "./sessions.ts";
import { totpStep } from "./totp.ts";

/** What a member of staff types, and where. */
export interface LogInRequest {
  readonly login: string;
  readonly password: string;
  /** Of the second factor, or a recovery code. @default {undefined} none was asked for yet */
  readonly code?: string | undefined;
  /** Network address. */
  readonly address: string;
  /** The browser's name, as it gives it. */
  readonly agent: string;
}

/** What became of it. `secret` is that of the new session. */
export type LogInResult =
  | { readonly type: "in"; readonly account: string; readonly secret: string }
  | { readonly type: "wrong" }
  | { readonly type: "code-needed" }
  | { readonly type: "wrong-code" }
  | { readonly type: "busy"; readonly retryAfterMs: number };

/** What logging in works with. */
export interface LogInOptions {
  readonly accounts: Accounts;
  readonly sessions: StaffSessions;
  readonly hasher: PasswordHasher;
  readonly guard: LoginGuard;
  /** Opens the secrets of second factors. */
  readonly box: SecretBox;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
}

/** The time step of a code, or what is kept of a recovery code; neither, where an account has no second factor. */
interface SecondFactor {
  readonly step?: number;
  readonly recovery?: string;
}

/** Logs staff in. */
export class LogIn {
  readonly #db: Database;
  readonly #options: LogInOptions;

  constructor(db: Database, options: LogInOptions) {
    this.#db = db;
    this.#options = options;
  }

  /**
   * Opens a session for the right login, password and, where the account has a second factor, code. A login that does not
   * exist takes as long as one that does.
   *
   * @throws {InvalidLoginError}
   * @throws {InvalidPasswordError}
   * @throws {UnreadableSecretError} if `SESSION_SECRET` has changed, and no recovery code is given
   */
  async logIn(request: LogInRequest): Promise<LogInResult> {
    const login = loginFrom(request.login);
    checkedPassword(request.password);
    const { accounts, sessions, guard } = this.#options;
    const account = await accounts.byLogin(login);
    const isKnown = await sessions.knows(account?.id ?? "", request.address);
    const tried: LoginTry = { login, address: request.address, isKnown };
    using place = guard.enter(tried);
    if (!place) return { type: "busy", retryAfterMs: guard.retryAfterMs(tried) };
    try {
      return await this.#check(request, { tried, account, origin: place.origin });
    } catch (error) {
      if (!(error instanceof HasherBusyError)) throw error;
      return { type: "busy", retryAfterMs: LOG_IN.hasherRetryMs };
    }
  }

  async #check(
    request: LogInRequest,
    { tried, account, origin }: { tried: LoginTry; account: AccountTable | undefined; origin: HashOrigin },
  ): Promise<LogInResult> {
    const { hasher, guard } = this.#options;
    const isRight = await hasher.verify(request.password, account?.password, origin);
    if (!account || !isRight) {
      guard.wrongPassword(tried);
      return { type: "wrong" };
    }
    if (account.totp === null) return await this.#open(account, request, {}) ?? { type: "wrong" };
    if (request.code === undefined) return { type: "code-needed" };
    const retryAfterMs = guard.codeWaitMs(tried);
    if (retryAfterMs > 0) return { type: "busy", retryAfterMs };
    const factor = await this.#factorFrom(request.code, { account: account.id, totp: account.totp });
    const done = factor && await this.#open(account, request, factor);
    if (done) guard.rightCode(tried);
    else guard.wrongCode(tried);
    return done ?? { type: "wrong-code" };
  }

  async #factorFrom(
    code: string,
    { account, totp }: { account: string; totp: string },
  ): Promise<SecondFactor | undefined> {
    const recovery = await recoveryHash(code);
    if (recovery !== undefined) return { recovery };
    const secret = await this.#options.box.open(totp, totpOwner(account));
    const step = totpStep(code, { secret, at: this.#options.wallClock() });
    return step === undefined ? undefined : { step };
  }

  /** @returns `undefined`: the code was taken before, or the account has changed since it was read */
  async #open(
    account: AccountTable,
    { address, agent }: LogInRequest,
    { step, recovery }: SecondFactor,
  ): Promise<LogInResult | undefined> {
    const { id } = account;
    return await this.#db.writer.transaction(async (trx) => {
      if (!await takeLogIn(trx, account, step)) return undefined;
      if (recovery !== undefined && !await takeRecoveryCode(trx, id, recovery)) return undefined;
      const { secret } = await this.#options.sessions.open(trx, { account: id, address, agent });
      return { type: "in", account: id, secret };
    });
  }
}

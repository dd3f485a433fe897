import { delay } from "../../lib/concurrency/delay.ts";
import { WECHAT } from "../../lib/limits.ts";

/** A token and until when it is used, in milliseconds since 1970. */
export interface SharedToken {
  readonly value: string;
  readonly until: number;
}

/** The store for tokens that all programs of a fleet share. Its errors are passed on. */
export interface SharedTokens {
  /** The current token; `undefined`: there is none, or it has expired. */
  read(name: string): Promise<SharedToken | undefined>;
  /**
   * Gives one caller the lease to fetch the token; resolves with whether it is this caller. The next caller gets it after
   * `leaseMs`, or once a token was written.
   */
  lease(name: string, leaseMs: number): Promise<boolean>;
  write(name: string, token: SharedToken): Promise<void>;
}

/** A token as WeChat returns it. */
export interface FreshToken {
  readonly value: string;
  readonly expiresInSeconds: number;
}

/** What a cached token needs. */
export interface CachedTokenOptions {
  /** Its name in the fleet's store. */
  readonly name: string;
  readonly tokens: SharedTokens;
  /** Gets the token from WeChat. */
  readonly fetchToken: () => Promise<FreshToken>;
  /** Makes WeChat void its current token and return a new one. @default not possible */
  readonly forceNewToken?: () => Promise<FreshToken>;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
  /** Milliseconds between two reads while another program fetches the token. @default {WECHAT.tokenLookMs} */
  readonly pollMs?: number;
}

/**
 * One of WeChat's tokens, which last two hours. It comes from memory, or from the fleet's store; otherwise one program of
 * the fleet fetches a new one, while the others wait for it for a short time.
 */
export class CachedToken {
  readonly #options: CachedTokenOptions;
  #cached: SharedToken | undefined;
  #pending: Promise<string> | undefined;

  constructor(options: CachedTokenOptions) {
    this.#options = options;
  }

  /**
   * The token.
   *
   * @throws {WechatError} if there is none and WeChat returns none
   */
  get(): Promise<string> {
    if (this.#cached && this.#options.wallClock() < this.#cached.until) {
      return Promise.resolve(this.#cached.value);
    }
    return this.#obtain(undefined);
  }

  /**
   * Another token in place of one that WeChat refused; the refused one if there is no other.
   *
   * @throws {WechatError} if WeChat returns none
   */
  replace(refused: string): Promise<string> {
    if (this.#cached?.value === refused) this.#cached = undefined;
    return this.#cached ? this.get() : this.#obtain(refused);
  }

  /** Callers at the same time wait for the same token. */
  #obtain(refused: string | undefined): Promise<string> {
    return this.#pending ??= this.#find(refused).finally(() => this.#pending = undefined);
  }

  async #find(refused: string | undefined): Promise<string> {
    const { name, tokens } = this.#options;
    const known = await this.#readShared(refused);
    if (known) return known;
    if (await tokens.lease(name, WECHAT.tokenLeaseMs)) {
      return await this.#readShared(refused) ?? await this.#fetch(refused, { mayForce: true });
    }
    return await this.#waitForOther(refused) ?? await this.#fetch(refused, { mayForce: false });
  }

  /** The token in the fleet's store, unless it is the refused one. */
  async #readShared(refused: string | undefined): Promise<string | undefined> {
    const shared = await this.#options.tokens.read(this.#options.name);
    if (!shared || shared.value === refused) return undefined;
    this.#cached = shared;
    return shared.value;
  }

  /** Waits for the token that another program fetches; `undefined`: that takes too long. */
  async #waitForOther(refused: string | undefined): Promise<string | undefined> {
    const { pollMs = WECHAT.tokenLookMs } = this.#options;
    for (let read = 0; read < WECHAT.tokenLooks; read++) {
      await delay(pollMs);
      const known = await this.#readShared(refused);
      if (known) return known;
    }
    return undefined;
  }

  async #fetch(refused: string | undefined, { mayForce }: { mayForce: boolean }): Promise<string> {
    const { name, tokens, fetchToken, forceNewToken } = this.#options;
    let fresh = await fetchToken();
    // WeChat returns the token that it refuses. Only voiding it helps, which WeChat allows a few times a day.
    if (fresh.value === refused && mayForce && forceNewToken && await this.#mayForce()) {
      fresh = await forceNewToken();
    }
    if (fresh.value === refused) return refused;
    this.#cached = { value: fresh.value, until: this.#untilOf(fresh) };
    await tokens.write(name, this.#cached);
    return fresh.value;
  }

  /** At most once in {@linkcode WECHAT.tokenForceMs} in the whole fleet. */
  #mayForce(): Promise<boolean> {
    const { name, tokens } = this.#options;
    return tokens.lease(`${name} forced`, WECHAT.tokenForceMs);
  }

  #untilOf({ expiresInSeconds }: FreshToken): number {
    const lifeMs = expiresInSeconds * 1000;
    return this.#options.wallClock() + Math.max(lifeMs - WECHAT.tokenEarlyMs, lifeMs / 2);
  }
}

import { WECHAT } from "../../lib/limits.ts";
import type { SharedToken, SharedTokens } from "./shared_tokens.ts";

/** A token as WeChat hands it out. */
export interface FreshToken {
  readonly value: string;
  readonly expiresInSeconds: number;
}

/** How a token is kept. */
export interface KeptTokenOptions {
  /** What the fleet knows it by. */
  readonly name: string;
  readonly tokens: SharedTokens;
  /** Asks WeChat for one. */
  readonly fetchOne: () => Promise<FreshToken>;
  /** Has WeChat make the one void that it hands out. @default {undefined} it cannot */
  readonly forceOne?: () => Promise<FreshToken>;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
  /** Between two looks whether another program has fetched it, in milliseconds. @default {WECHAT.tokenLookMs} */
  readonly lookMs?: number;
}

/**
 * One of WeChat's tokens, which last for two hours: in memory, else from the fleet's store, else one of the fleet
 * fetches a new one while the others wait for it a little.
 */
export class KeptToken {
  readonly #options: KeptTokenOptions;
  #kept: SharedToken | undefined;
  #coming: Promise<string> | undefined;

  constructor(options: KeptTokenOptions) {
    this.#options = options;
  }

  /**
   * The token.
   *
   * @throws {WechatError} if there is none and WeChat hands none out
   */
  get(): Promise<string> {
    if (this.#kept && this.#options.wallClock() < this.#kept.until) return Promise.resolve(this.#kept.value);
    return this.#comeBy(undefined);
  }

  /**
   * Another token than one that WeChat refuses; the very same if there is no other.
   *
   * @throws {WechatError} if WeChat hands none out
   */
  replace(refused: string): Promise<string> {
    if (this.#kept?.value === refused) this.#kept = undefined;
    return this.#kept ? this.get() : this.#comeBy(refused);
  }

  /** Whoever asks meanwhile waits for the same one. */
  #comeBy(refused: string | undefined): Promise<string> {
    return this.#coming ??= this.#find(refused).finally(() => this.#coming = undefined);
  }

  async #find(refused: string | undefined): Promise<string> {
    const { name, tokens } = this.#options;
    const known = await this.#look(refused);
    if (known) return known;
    if (await tokens.lease(name, WECHAT.tokenLeaseMs)) {
      return await this.#look(refused) ?? await this.#fetch(refused, { mayForce: true });
    }
    return await this.#awaitOther(refused) ?? await this.#fetch(refused, { mayForce: false });
  }

  /** The fleet's token, unless it is the refused one. */
  async #look(refused: string | undefined): Promise<string | undefined> {
    const shared = await this.#options.tokens.read(this.#options.name);
    if (!shared || shared.value === refused) return undefined;
    this.#kept = shared;
    return shared.value;
  }

  /** The token that another program is fetching; `undefined`: it takes too long. */
  async #awaitOther(refused: string | undefined): Promise<string | undefined> {
    const { lookMs = WECHAT.tokenLookMs } = this.#options;
    for (let look = 0; look < WECHAT.tokenLooks; look++) {
      await new Promise((resolve) => setTimeout(resolve, lookMs));
      const known = await this.#look(refused);
      if (known) return known;
    }
    return undefined;
  }

  async #fetch(refused: string | undefined, { mayForce }: { mayForce: boolean }): Promise<string> {
    const { name, tokens, fetchOne, forceOne } = this.#options;
    let fresh = await fetchOne();
    // WeChat hands out what it refuses: only making it void helps, which is allowed a few times a day.
    if (fresh.value === refused && mayForce && forceOne && await this.#mayForce()) fresh = await forceOne();
    if (fresh.value === refused) return refused;
    this.#kept = { value: fresh.value, until: this.#untilOf(fresh) };
    await tokens.write(name, this.#kept);
    return fresh.value;
  }

  /** Once in a while, in the whole fleet. */
  #mayForce(): Promise<boolean> {
    const { name, tokens } = this.#options;
    return tokens.lease(`${name} forced`, WECHAT.tokenForceMs);
  }

  #untilOf({ expiresInSeconds }: FreshToken): number {
    const lifeMs = expiresInSeconds * 1000;
    return this.#options.wallClock() + Math.max(lifeMs - WECHAT.tokenEarlyMs, lifeMs / 2);
  }
}

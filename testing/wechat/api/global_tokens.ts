/**
 * The account's access token: one for everybody who asks.
 *
 * @module
 */
import { type Answered, type Asked, json, readJson, readText } from "../exchange.ts";
import {
  REFRESH_EVERY_MS,
  REFRESHES_PER_DAY_MAX,
  TOKEN_CHARACTERS,
  TOKEN_HANDOVER_S,
  TOKEN_S,
} from "../limits.ts";
import { checkKeys, type Ground } from "../people.ts";
import { randomName } from "../random.ts";
import { Refusal } from "../refusal.ts";

const DAY_MS = 24 * 60 * 60_000;

/** See the module. */
export class GlobalTokens {
  readonly #ground: Ground;
  /** When each token ends, in ms. Those that were made void are not here. */
  readonly #endsAt = new Map<string, number>();
  readonly #refreshedAt: number[] = [];
  #latest = "";
  #made = 0;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  /** How many there have been. */
  get made(): number {
    return this.#made;
  }

  /** Makes the latest one void, as when somebody else refreshes it. */
  lose(): void {
    this.#endsAt.delete(this.#latest);
    this.#latest = "";
  }

  /** `POST /cgi-bin/stable_token` */
  stableToken(asked: Asked): Answered {
    const body = readJson(asked, ["grant_type", "appid", "secret", "force_refresh"]);
    if (readText(body, "grant_type") !== "client_credential") throw new Refusal(40002);
    checkKeys(this.#ground.app, { appid: readText(body, "appid"), secret: readText(body, "secret") });
    const { force_refresh: isForced = false } = body;
    if (typeof isForced !== "boolean") throw new Refusal(47001);
    if (isForced && this.#mayRefresh()) this.lose();
    if (this.#secondsLeft() <= TOKEN_HANDOVER_S) this.#make();
    return json(asked.path, { access_token: this.#latest, expires_in: this.#secondsLeft() });
  }

  /** @throws {Refusal} where the token is not good (any more) */
  check(token: string): void {
    const endsAt = this.#endsAt.get(token);
    if (endsAt === undefined) throw new Refusal(40001);
    if (endsAt <= this.#ground.clock.now()) throw new Refusal(42001);
  }

  /** Too soon after the last time nothing happens; too often a day is refused. */
  #mayRefresh(): boolean {
    const now = this.#ground.clock.now();
    const today = this.#refreshedAt.filter((at) => at > now - DAY_MS);
    if (today.some((at) => at > now - REFRESH_EVERY_MS)) return false;
    if (today.length >= REFRESHES_PER_DAY_MAX) throw new Refusal(45009);
    this.#refreshedAt.push(now);
    return true;
  }

  #secondsLeft(): number {
    return Math.ceil(((this.#endsAt.get(this.#latest) ?? 0) - this.#ground.clock.now()) / 1000);
  }

  #make(): void {
    this.#latest = randomName(TOKEN_CHARACTERS);
    this.#endsAt.set(this.#latest, this.#ground.clock.now() + TOKEN_S * 1000);
    this.#made++;
  }
}

import { json, readJson, readText, type WechatAnswer, type WechatRequest } from "../exchange.ts";
import {
  REFRESH_EVERY_MS,
  REFRESHES_PER_DAY_MAX,
  TOKEN_CHARACTERS,
  TOKEN_HANDOVER_S,
  TOKEN_S,
} from "../limits.ts";
import { checkKeys, type SharedState } from "../people.ts";
import { randomName } from "../random.ts";
import { Refusal } from "../refusal.ts";

const DAY_MS = 24 * 60 * 60_000;

/** The account's access token, which is the same for every caller. */
export class GlobalTokens {
  readonly #shared: SharedState;
  /** When each token ends, in ms. Voided tokens are not here. */
  readonly #endsAt = new Map<string, number>();
  readonly #refreshedAt: number[] = [];
  #latest = "";
  #made = 0;

  constructor(shared: SharedState) {
    this.#shared = shared;
  }

  /** How many tokens there have been. */
  get made(): number {
    return this.#made;
  }

  /** Voids the latest token, as another program's refresh does. */
  lose(): void {
    this.#endsAt.delete(this.#latest);
    this.#latest = "";
  }

  /** `POST /cgi-bin/stable_token` */
  stableToken(request: WechatRequest): WechatAnswer {
    const body = readJson(request, ["grant_type", "appid", "secret", "force_refresh"]);
    if (readText(body, "grant_type") !== "client_credential") throw new Refusal(40002);
    checkKeys(this.#shared.app, { appid: readText(body, "appid"), secret: readText(body, "secret") });
    const { force_refresh: isForced = false } = body;
    if (typeof isForced !== "boolean") throw new Refusal(47001);
    if (isForced && this.#mayRefresh()) this.lose();
    if (this.#secondsLeft() <= TOKEN_HANDOVER_S) this.#make();
    return json(request.path, { access_token: this.#latest, expires_in: this.#secondsLeft() });
  }

  /** @throws {Refusal} if the token is not valid, or not any more */
  check(token: string): void {
    const endsAt = this.#endsAt.get(token);
    if (endsAt === undefined) throw new Refusal(40001);
    if (endsAt <= this.#shared.clock.now()) throw new Refusal(42001);
  }

  /** Too soon after the last refresh nothing happens; too many refreshes a day are refused. */
  #mayRefresh(): boolean {
    const now = this.#shared.clock.now();
    const today = this.#refreshedAt.filter((at) => at > now - DAY_MS);
    if (today.some((at) => at > now - REFRESH_EVERY_MS)) return false;
    if (today.length >= REFRESHES_PER_DAY_MAX) throw new Refusal(45009);
    this.#refreshedAt.push(now);
    return true;
  }

  #secondsLeft(): number {
    return Math.ceil(((this.#endsAt.get(this.#latest) ?? 0) - this.#shared.clock.now()) / 1000);
  }

  #make(): void {
    this.#latest = randomName(TOKEN_CHARACTERS);
    this.#endsAt.set(this.#latest, this.#shared.clock.now() + TOKEN_S * 1000);
    this.#made++;
  }
}

import { randomBytes } from "node:crypto";
import { json, readQuery, type WechatAnswer, type WechatRequest } from "../exchange.ts";
import { MINI_LOGINS_PER_MINUTE_MAX } from "../limits.ts";
import { OneTimeCodes } from "./one_time_codes.ts";
import { type AppKeys, checkKeys, type Person, type SharedState } from "../people.ts";
import { Refusal } from "../refusal.ts";

const MINUTE_MS = 60_000;

/** The logins of the mini program. */
export class MiniProgram {
  readonly #app: AppKeys | undefined;
  readonly #shared: SharedState;
  readonly #codes: OneTimeCodes<Person>;
  /** The times of each person's logins in the last minute, in ms. */
  readonly #loginsAt = new Map<string, number[]>();

  /** @param app `undefined`: there is none */
  constructor(app: AppKeys | undefined, shared: SharedState) {
    this.#app = app;
    this.#shared = shared;
    this.#codes = new OneTimeCodes(shared.clock);
  }

  /** The code that `wx.login` returns on that person's phone. */
  code(person: Person): string {
    return this.#codes.issue(person);
  }

  /** `GET /sns/jscode2session`; an answer without an error has no `errcode`. */
  session(request: WechatRequest): WechatAnswer {
    const query = readQuery(request, { needed: ["appid", "secret", "js_code", "grant_type"] });
    checkKeys(this.#app, query);
    if (query.grant_type !== "authorization_code") throw new Refusal(40002);
    const person = this.#codes.take(query.js_code);
    if (person.blocked) throw new Refusal(40226);
    this.#count(person);
    const { openid, miniOpenid = `mini-${openid}`, unionid } = person;
    const key = randomBytes(16).toString("base64");
    return json(request.path, {
      session_key: key,
      openid: miniOpenid,
      ...(unionid === undefined ? {} : { unionid }),
    });
  }

  #count({ openid }: Person): void {
    const now = this.#shared.clock.now();
    const logins = (this.#loginsAt.get(openid) ?? []).filter((at) => at > now - MINUTE_MS);
    if (logins.length >= MINI_LOGINS_PER_MINUTE_MAX) throw new Refusal(45011);
    this.#loginsAt.set(openid, [...logins, now]);
  }
}

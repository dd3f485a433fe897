/**
 * Who is in the mini program.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { type Answered, type Asked, json, readQuery } from "../exchange.ts";
import { MINI_LOGINS_PER_MINUTE_MAX } from "../limits.ts";
import { OneTimeCodes } from "./one_time_codes.ts";
import { type AppKeys, checkKeys, type Ground, type Person } from "../people.ts";
import { Refusal } from "../refusal.ts";

const MINUTE_MS = 60_000;

/** See the module. */
export class MiniProgram {
  readonly #app: AppKeys | undefined;
  readonly #ground: Ground;
  readonly #codes: OneTimeCodes<Person>;
  /** When each person logged in during the last minute, in ms. */
  readonly #loginsAt = new Map<string, number[]>();

  /** @param app `undefined`: there is none */
  constructor(app: AppKeys | undefined, ground: Ground) {
    this.#app = app;
    this.#ground = ground;
    this.#codes = new OneTimeCodes(ground.clock);
  }

  /** What `wx.login` gives on that person's phone. */
  code(person: Person): string {
    return this.#codes.issue(person);
  }

  /** `GET /sns/jscode2session`; there is no `errcode` when it worked. */
  session(asked: Asked): Answered {
    const query = readQuery(asked, { needed: ["appid", "secret", "js_code", "grant_type"] });
    checkKeys(this.#app, query);
    if (query.grant_type !== "authorization_code") throw new Refusal(40002);
    const person = this.#codes.take(query.js_code);
    if (person.blocked) throw new Refusal(40226);
    this.#count(person);
    const { openid, miniOpenid = `mini-${openid}`, unionid } = person;
    const key = randomBytes(16).toString("base64");
    return json(asked.path, {
      session_key: key,
      openid: miniOpenid,
      ...(unionid === undefined ? {} : { unionid }),
    });
  }

  #count({ openid }: Person): void {
    const now = this.#ground.clock.now();
    const logins = (this.#loginsAt.get(openid) ?? []).filter((at) => at > now - MINUTE_MS);
    if (logins.length >= MINI_LOGINS_PER_MINUTE_MAX) throw new Refusal(45011);
    this.#loginsAt.set(openid, [...logins, now]);
  }
}

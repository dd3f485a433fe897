/**
 * The people who use WeChat, and the account that they use.
 *
 * @module
 */
import type { Clock } from "./clock.ts";
import { Refusal } from "./refusal.ts";

/** A person with WeChat. */
export interface Person {
  /** The openid for the official account. */
  readonly openid: string;
  readonly name: string;
  readonly unionid?: string;
  /** The picture's address; `undefined`: there is none. */
  readonly picture?: string;
  /** The openid for the mini program. @default {the other openid with `mini-` before it} */
  readonly miniOpenid?: string;
  /** Refuses to tell a page who they are. */
  readonly refuses?: boolean;
  /** Sees a snapshot of the page only, so that WeChat says the openid is virtual. */
  readonly snapshot?: boolean;
  /** WeChat blocks the person from mini programs, for a high risk. */
  readonly blocked?: boolean;
}

/** The credentials of an app. */
export interface AppKeys {
  readonly appId: string;
  readonly appSecret: string;
}

/** The state that all parts of the fake share. */
export interface SharedState {
  readonly app: AppKeys;
  readonly people: Map<string, Person>;
  /** The openids of the account's followers. */
  readonly followers: Set<string>;
  /** The host names that are registered for the account's pages. */
  readonly domains: Set<string>;
  readonly clock: Clock;
}

/** The user agent of WeChat on the phone of the person with that name. */
export function userAgentOf(name: string): string {
  const phone = "Mozilla/5.0 (Linux; Android 14; 23127PN0CC) AppleWebKit/537.36 (KHTML, like Gecko)";
  const browser =
    "Version/4.0 Chrome/126.0.0.0 Mobile Safari/537.36 MMWEBID/1 MicroMessenger/8.0.50.2701(0x28003252)";
  return `${phone} ${browser} WeChat/arm64 NetType/WIFI Language/zh_CN StandInPerson/${
    encodeURIComponent(name)
  }`;
}

/** The person whose phone has this user agent. */
export function personWith(userAgent: string, people: ReadonlyMap<string, Person>): Person | undefined {
  const name = /StandInPerson\/([^ ]+)/.exec(userAgent)?.[1];
  return name === undefined ? undefined : people.get(decodeURIComponent(name));
}

/**
 * Checks the credentials of a call.
 *
 * @throws {Refusal}
 */
export function checkKeys(app: AppKeys | undefined, given: { appid: string; secret: string }): void {
  if (given.appid !== app?.appId) throw new Refusal(40013);
  if (given.secret !== app.appSecret) throw new Refusal(40125);
}

/**
 * The people who have WeChat, and the account that they meet.
 *
 * @module
 */
import type { Clock } from "./clock.ts";
import { Refusal } from "./refusal.ts";

/** Somebody with WeChat. */
export interface Person {
  /** For the official account. */
  readonly openid: string;
  readonly name: string;
  readonly unionid?: string;
  /** Address of the picture; `undefined`: there is none. */
  readonly picture?: string;
  /** For the mini program, which knows people by other ids. @default {the other openid with `mini-` before it} */
  readonly miniOpenid?: string;
  /** Says no when a page asks who it is. */
  readonly refuses?: boolean;
  /** Looks at a snapshot of the page only, so WeChat says that the openid is virtual. */
  readonly snapshot?: boolean;
  /** WeChat lets nobody with so high a risk into mini programs. */
  readonly blocked?: boolean;
}

/** What an app calls and proves itself with. */
export interface AppKeys {
  readonly appId: string;
  readonly appSecret: string;
}

/** What all parts of the stand-in stand on. */
export interface Ground {
  readonly app: AppKeys;
  readonly people: Map<string, Person>;
  /** Openids of those who follow the account. */
  readonly followers: Set<string>;
  /** Host names that are set for the account: a page is known at no others. */
  readonly domains: Set<string>;
  readonly clock: Clock;
}

/** The user agent of WeChat on the phone of the person of that name. */
export function userAgentOf(name: string): string {
  const phone = "Mozilla/5.0 (Linux; Android 14; 23127PN0CC) AppleWebKit/537.36 (KHTML, like Gecko)";
  const browser =
    "Version/4.0 Chrome/126.0.0.0 Mobile Safari/537.36 MMWEBID/1 MicroMessenger/8.0.50.2701(0x28003252)";
  return `${phone} ${browser} WeChat/arm64 NetType/WIFI Language/zh_CN StandInPerson/${
    encodeURIComponent(name)
  }`;
}

/** Whose phone that is. */
export function personWith(userAgent: string, people: ReadonlyMap<string, Person>): Person | undefined {
  const name = /StandInPerson\/([^ ]+)/.exec(userAgent)?.[1];
  return name === undefined ? undefined : people.get(decodeURIComponent(name));
}

/**
 * An app has to say who it is.
 *
 * @throws {Refusal}
 */
export function checkKeys(app: AppKeys | undefined, said: { appid: string; secret: string }): void {
  if (said.appid !== app?.appId) throw new Refusal(40013);
  if (said.secret !== app.appSecret) throw new Refusal(40125);
}

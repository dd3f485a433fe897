/**
 * A program with a fake WeChat, and people's phones, for the end-to-end tests of WeChat.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import { noticeTexts, type PageNoticeKind } from "../src/page/text/notice_texts.ts";
import { putCabinet } from "./api.ts";
import { tempFolder } from "./folders.ts";
import type { Message } from "./page.ts";
import { Program } from "./program.ts";
import { until } from "./until.ts";
import { type Answer, HttpBrowser } from "./http_browser.ts";
import { freePort } from "./servers/ports.ts";
import { type Person, userAgentOf } from "./wechat/people.ts";
import { FakeWechat } from "./wechat/fake_wechat.ts";

/** The credentials of the official account, and the token that signs its pushes. */
export const APP = { appId: "wx00000000000000a1", appSecret: "the-accounts-secret" };
export const PUSH_TOKEN = "tokenOfThePushes";
/** The key that signs the program's sessions and states, so that a test can make its own. */
export const SECRET = "session-secret-of-the-tests";

/** The people. Tests check that their names and openids appear nowhere they should not. */
export const ALICE: Person = { openid: "oAliceAliceAliceAliceAlice01", name: "Alice 爱丽丝" };
export const BOB: Person = { openid: "oBobBobBobBobBobBobBobBobB02", name: "Bob" };

/** The program, its WeChat and the phones. */
export interface WechatRig {
  readonly wechat: FakeWechat;
  readonly program: Program;
  /** The program's data folder. */
  readonly folder: string;
  /** The browser of WeChat on that person's phone. */
  phone(name: string): HttpBrowser;
}

/** Starts a fake WeChat, and the program with a cabinet `cab` that is offline. */
export async function wechatRig(
  stack: AsyncDisposableStack,
  { env = {}, cabinet = {} }: { env?: Record<string, string>; cabinet?: Record<string, unknown> } = {},
): Promise<WechatRig> {
  const wechat = stack.use(await FakeWechat.start(APP));
  wechat.people.set("alice", ALICE).set("bob", BOB);
  const { path: folder } = stack.use(await tempFolder());
  const port = freePort();
  const program = stack.use(
    await Program.start(folder, {
      GUEST_LOGIN: "0",
      PORT: String(port),
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      SESSION_SECRET: SECRET,
      WECHAT_APP_ID: APP.appId,
      WECHAT_APP_SECRET: APP.appSecret,
      WECHAT_TOKEN: PUSH_TOKEN,
      WECHAT_API_URL: wechat.url,
      WECHAT_OPEN_URL: wechat.url,
      ...env,
    }),
  );
  await putCabinet(program, "cab", cabinet);
  return {
    wechat,
    program,
    folder,
    phone: (name) => new HttpBrowser({ "user-agent": userAgentOf(name), "accept-language": "en" }),
  };
}

/** Opens the cabinet's page as after a scan; returns all answers on the way. */
export function scan(
  phone: HttpBrowser,
  { program }: WechatRig,
  cabinet = "cab",
): Promise<[Answer, ...Answer[]]> {
  return phone.visit(`${program.url}/c/${cabinet}`);
}

/** The phone's session cookie. */
export function sessionOf(phone: HttpBrowser, { program }: WechatRig): string {
  return `kaigui_session=${phone.cookie(program.url, "kaigui_session")}`;
}

/** Waits until the log has this refusal. */
export async function untilRefused({ program }: WechatRig, what: string, why: string): Promise<void> {
  await until(() => refusals(program).some((one) => one["what"] === what && one["why"] === why), {
    saw: () => refusals(program),
  });
}

/** The log's lines about refused requests. */
export function refusals(program: Program): Message[] {
  return program.err.filter((line) => line.includes("Refused")).map((line) => JSON.parse(line));
}

/** Checks that the answer is that notice, in English. */
export function isNotice(answer: Answer | undefined, status: number, kind: PageNoticeKind): void {
  const title = /<h1>(.*?)<\/h1>/.exec(answer?.body ?? "")?.[1];
  equal(`${answer?.status} ${title}`, `${status} ${noticeTexts.en[kind].title}`);
}

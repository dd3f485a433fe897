/**
 * What the suites of WeChat share: its stand-in, the program that goes by it, and people's phones.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import { noticeTexts, type PageNoticeKind } from "../src/page/text/notice_texts.ts";
import { type Message, Program, putCabinet, tempFolder, until } from "./harness.ts";
import { type Answer, HttpBrowser } from "./http_browser.ts";
import { freePort } from "./servers/ports.ts";
import { type Person, userAgentOf } from "./wechat/people.ts";
import { StandIn } from "./wechat/stand_in.ts";

/** The official account, and what signs and seals its pushes. */
export const APP = { appId: "wx00000000000000a1", appSecret: "the-accounts-secret" };
export const PUSH_TOKEN = "tokenOfThePushes";
/** Signs the program's sessions and states, so that a suite can make its own. */
export const SECRET = "session-secret-of-the-tests";

/** Whom there is: what WeChat tells of each must be found nowhere it does not belong. */
export const ALICE: Person = { openid: "oAliceAliceAliceAliceAlice01", name: "Alice 爱丽丝" };
export const BOB: Person = { openid: "oBobBobBobBobBobBobBobBobB02", name: "Bob" };

/** See the module. */
export interface World {
  readonly wechat: StandIn;
  readonly program: Program;
  /** Where the program keeps what it has. */
  readonly folder: string;
  /** The phone of that person, in WeChat. */
  phone(name: string): HttpBrowser;
}

/** WeChat, and the program with a cabinet `cab` that nobody has connected. */
export async function world(
  stack: AsyncDisposableStack,
  { env = {}, cabinet = {} }: { env?: Record<string, string>; cabinet?: Record<string, unknown> } = {},
): Promise<World> {
  const wechat = stack.use(await StandIn.start(APP));
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

/** Goes to the cabinet as a phone does that has scanned its code; returns all answers on the way. */
export function scan(
  phone: HttpBrowser,
  { program }: World,
  cabinet = "cab",
): Promise<[Answer, ...Answer[]]> {
  return phone.visit(`${program.url}/c/${cabinet}`);
}

/** The session that the phone has. */
export function sessionOf(phone: HttpBrowser, { program }: World): string {
  return `kaigui_session=${phone.cookie(program.url, "kaigui_session")}`;
}

/** Waits until the log tells that, and only that often. */
export async function untilRefused({ program }: World, what: string, why: string): Promise<void> {
  await until(() => refusals(program).some((one) => one["what"] === what && one["why"] === why), {
    saw: () => refusals(program),
  });
}

/** Who was not believed so far, as the log tells it. */
export function refusals(program: Program): Message[] {
  return program.err.filter((line) => line.includes("Refused")).map((line) => JSON.parse(line));
}

/** That the answer is that notice, in English. */
export function isNotice(answer: Answer | undefined, status: number, kind: PageNoticeKind): void {
  const title = /<h1>(.*?)<\/h1>/.exec(answer?.body ?? "")?.[1];
  equal(`${answer?.status} ${title}`, `${status} ${noticeTexts.en[kind].title}`);
}

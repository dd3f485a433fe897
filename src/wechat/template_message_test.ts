import { deepEqual, equal, match, notEqual } from "node:assert/strict";
import { WECHAT } from "../lib/limits.ts";
import {
  clientFor,
  errorOf,
  FakeApiServer,
  MemoryTokens,
  plainJson,
  type ReceivedRequest,
} from "../../testing/rigs/wechat.ts";
import { AccessToken } from "./tokens/access_token.ts";
import { keywordValue, sendTemplate } from "./template_message.ts";

const MESSAGE = {
  openid: "oPerson",
  template: "TPL-1_x",
  url: "https://kaigui.example/c/lobby-a",
  data: { thing1: "大堂 A", character_string2: "7" },
  clientMsgId: "0f8fad5b-d9cb-469f-a165-70867728950e",
};

/** Sends it to a WeChat that hands out tokens and answers messages so. */
async function send(
  answer: (requests: ReceivedRequest) => Response,
  message = MESSAGE,
): Promise<ReceivedRequest[]> {
  const requests: ReceivedRequest[] = [];
  await using wechat = new FakeApiServer((one) => {
    if (one.path === "/cgi-bin/stable_token") return plainJson({ access_token: "T", expires_in: 7200 });
    requests.push(one);
    return answer(one);
  });
  const wallClock = () => 0;
  const client = clientFor(wechat.url);
  const options = { app: { appId: "wx1", appSecret: "s" }, tokens: new MemoryTokens(wallClock), wallClock };
  await sendTemplate(client, { accessToken: new AccessToken(client, options), message });
  return requests;
}

const ok = () => plainJson({ errcode: 0, errmsg: "ok", msgid: 200228332 });

Deno.test("sendTemplate() posts the message with the account's token", async () => {
  const [requests, ...more] = await send(ok);
  deepEqual(more, []);
  deepEqual([requests?.method, requests?.path], ["POST", "/cgi-bin/message/template/send"]);
  deepEqual(requests?.query, { access_token: "T" });
  const { client_msg_id, ...rest } = requests?.body as Record<string, unknown>;
  deepEqual(rest, {
    touser: "oPerson",
    template_id: "TPL-1_x",
    url: "https://kaigui.example/c/lobby-a",
    data: { thing1: { value: "大堂 A" }, character_string2: { value: "7" } },
  });
  match(String(client_msg_id), /^[0-9a-f]{32}$/);
});

Deno.test("sendTemplate() gives the same message the same id, and another message another id", async () => {
  const ids: unknown[] = [];
  for (const clientMsgId of ["a", "a", "b"]) {
    const [requests] = await send(ok, { ...MESSAGE, clientMsgId });
    ids.push((requests?.body as Record<string, unknown>)["client_msg_id"]);
  }
  equal(ids[0], ids[1]);
  notEqual(ids[0], ids[2]);
});

Deno.test("sendTemplate() succeeds when WeChat has the message already", async () => {
  equal((await send(() => plainJson({ errcode: 45065, errmsg: "clientmsgid exist" }))).length, 1);
});

Deno.test("sendTemplate() says whether to try again", async () => {
  const answers: [() => Response, string, boolean][] = [
    [() => plainJson({ errcode: 43004, errmsg: "require subscribe" }), "not-following", false],
    [() => plainJson({ errcode: 40037, errmsg: "invalid template_id" }), "refused", false],
    [() => plainJson({ errcode: 47003, errmsg: "argument invalid!" }), "refused", false],
    [() => plainJson({ errcode: 45009, errmsg: "reach max" }), "busy", false],
    [() => plainJson({ errcode: -1, errmsg: "system error" }), "away", false],
    [() => new Response("", { status: 502 }), "away", true],
    [() => new Response('{"errcode":'), "away", true],
    [() => plainJson({}), "away", true],
  ];
  for (const [answer, kind, maybeDone] of answers) {
    const error = await errorOf(send(answer));
    deepEqual([error.kind, error.maybeDone], [kind, maybeDone], error.message);
  }
});

function pure(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

pure("fitted() cuts a value to what its keyword's kind takes", () => {
  equal(keywordValue("thing1", "柜".repeat(30)), "柜".repeat(20));
  equal(keywordValue("thing", "x".repeat(20)), "x".repeat(20));
  equal(keywordValue("character_string12", "7".repeat(40)), "7".repeat(32));
  equal(keywordValue("phrase3", "已经存好了东西"), "已经存好了");
});

pure("fitted() cuts no character in half", () => {
  equal(keywordValue("thing1", "x".repeat(19) + "😀"), "x".repeat(19));
  equal(keywordValue("thing1", "x".repeat(18) + "😀"), `${"x".repeat(18)}😀`);
  equal(keywordValue("thing1", "\ud83d"), "\ufffd");
});

pure("fitted() leaves out of a string of characters what is none of them", () => {
  equal(keywordValue("character_string1", "柜 A-7"), "A-7");
  equal(keywordValue("character_string1", "大堂"), "-");
});

pure("fitted() takes line ends out, and never gives nothing", () => {
  equal(keywordValue("thing1", " a\r\nb\u2028c "), "a b c");
  equal(keywordValue("thing1", " \n"), "-");
  equal(keywordValue("remark", ""), "-");
});

pure("fitted() cuts no time or number, which would say something else then", () => {
  for (const kind of ["time4", "date1", "amount2", "number3", "phone_number5", "keyword1", "constructor"]) {
    equal(keywordValue(kind, "2026".repeat(50)), "2026".repeat(50), kind);
  }
});

pure("fitted() knows the documented limits", () => {
  deepEqual([WECHAT.templateCharactersMax.thing, WECHAT.templateCharactersMax.character_string], [20, 32]);
});

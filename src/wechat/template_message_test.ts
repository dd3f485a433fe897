import { deepEqual, equal, match, notEqual } from "node:assert/strict";
import { WECHAT } from "../lib/limits.ts";
import { type Asked, callsTo, errorOf, MemoryTokens, plain, StandIn } from "../../testing/rigs/wechat.ts";
import { AccessToken } from "./tokens/access_token.ts";
import { fitted, sendTemplate } from "./template_message.ts";

const MESSAGE = {
  openid: "oPerson",
  template: "TPL-1_x",
  url: "https://kaigui.example/c/lobby-a",
  data: { thing1: "大堂 A", character_string2: "7" },
  clientMsgId: "0f8fad5b-d9cb-469f-a165-70867728950e",
};

/** Sends it to a WeChat that hands out tokens and answers messages so. */
async function send(answer: (asked: Asked) => Response, message = MESSAGE): Promise<Asked[]> {
  const asked: Asked[] = [];
  await using wechat = new StandIn((one) => {
    if (one.path === "/cgi-bin/stable_token") return plain({ access_token: "T", expires_in: 7200 });
    asked.push(one);
    return answer(one);
  });
  const wallClock = () => 0;
  const calls = callsTo(wechat.url);
  const options = { app: { appId: "wx1", appSecret: "s" }, tokens: new MemoryTokens(wallClock), wallClock };
  await sendTemplate(calls, { accessToken: new AccessToken(calls, options), message });
  return asked;
}

const ok = () => plain({ errcode: 0, errmsg: "ok", msgid: 200228332 });

Deno.test("sendTemplate() posts the message with the account's token", async () => {
  const [asked, ...more] = await send(ok);
  deepEqual(more, []);
  deepEqual([asked?.method, asked?.path], ["POST", "/cgi-bin/message/template/send"]);
  deepEqual(asked?.query, { access_token: "T" });
  const { client_msg_id, ...rest } = asked?.body as Record<string, unknown>;
  deepEqual(rest, {
    touser: "oPerson",
    template_id: "TPL-1_x",
    url: "https://kaigui.example/c/lobby-a",
    data: { thing1: { value: "大堂 A" }, character_string2: { value: "7" } },
  });
  match(String(client_msg_id), /^[0-9a-f]{32}$/);
});

Deno.test("sendTemplate() gives the same message the same id, and another one another", async () => {
  const ids: unknown[] = [];
  for (const clientMsgId of ["a", "a", "b"]) {
    const [asked] = await send(ok, { ...MESSAGE, clientMsgId });
    ids.push((asked?.body as Record<string, unknown>)["client_msg_id"]);
  }
  equal(ids[0], ids[1]);
  notEqual(ids[0], ids[2]);
});

Deno.test("sendTemplate() is content when WeChat has the message already", async () => {
  equal((await send(() => plain({ errcode: 45065, errmsg: "clientmsgid exist" }))).length, 1);
});

Deno.test("sendTemplate() says whether to try again", async () => {
  const answers: [() => Response, string, boolean][] = [
    [() => plain({ errcode: 43004, errmsg: "require subscribe" }), "not-following", false],
    [() => plain({ errcode: 40037, errmsg: "invalid template_id" }), "refused", false],
    [() => plain({ errcode: 47003, errmsg: "argument invalid!" }), "refused", false],
    [() => plain({ errcode: 45009, errmsg: "reach max" }), "busy", false],
    [() => plain({ errcode: -1, errmsg: "system error" }), "away", false],
    [() => new Response("", { status: 502 }), "away", true],
    [() => new Response('{"errcode":'), "away", true],
    [() => plain({}), "away", true],
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
  equal(fitted("thing1", "柜".repeat(30)), "柜".repeat(20));
  equal(fitted("thing", "x".repeat(20)), "x".repeat(20));
  equal(fitted("character_string12", "7".repeat(40)), "7".repeat(32));
  equal(fitted("phrase3", "已经存好了东西"), "已经存好了");
});

pure("fitted() cuts no character in half", () => {
  equal(fitted("thing1", "x".repeat(19) + "😀"), "x".repeat(19));
  equal(fitted("thing1", "x".repeat(18) + "😀"), `${"x".repeat(18)}😀`);
  equal(fitted("thing1", "\ud83d"), "\ufffd");
});

pure("fitted() leaves out of a string of characters what is none of them", () => {
  equal(fitted("character_string1", "柜 A-7"), "A-7");
  equal(fitted("character_string1", "大堂"), "-");
});

pure("fitted() takes line ends out, and never gives nothing", () => {
  equal(fitted("thing1", " a\r\nb\u2028c "), "a b c");
  equal(fitted("thing1", " \n"), "-");
  equal(fitted("remark", ""), "-");
});

pure("fitted() cuts no time or number, which would say something else then", () => {
  for (const kind of ["time4", "date1", "amount2", "number3", "phone_number5", "keyword1", "constructor"]) {
    equal(fitted(kind, "2026".repeat(50)), "2026".repeat(50), kind);
  }
});

pure("fitted() knows the documented limits", () => {
  deepEqual([WECHAT.templateCharactersMax.thing, WECHAT.templateCharactersMax.character_string], [20, 32]);
});

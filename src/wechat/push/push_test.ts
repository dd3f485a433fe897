import { deepEqual, equal, notEqual, throws } from "node:assert/strict";
import { WECHAT } from "../../lib/limits.ts";
import { BadPushError } from "./xml.ts";
import { parsePush } from "./push.ts";

const FROM = "oPersonOfTheAccount_1-2";
const HEAD = `<ToUserName><![CDATA[gh_7f083739789a]]></ToUserName>
<FromUserName><![CDATA[${FROM}]]></FromUserName>
<CreateTime>1348831860</CreateTime>`;

function pure(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

function event(name: string, more = ""): string {
  return `<xml>${HEAD}\n<MsgType><![CDATA[event]]></MsgType>\n<Event><![CDATA[${name}]]></Event>\n${more}</xml>`;
}

function key(text: string): string {
  return `<EventKey><![CDATA[${text}]]></EventKey>`;
}

function text(content: string): string {
  return `<xml>${HEAD}<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[${content}]]></Content>` +
    "<MsgId>1234567890123456</MsgId></xml>";
}

/** A message's content, without sender, receiver and time. */
function what(xml: string): unknown {
  const { from: _from, to: _to, at: _at, id: _id, ...rest } = parsePush(xml);
  return rest;
}

pure("parsePush() reads sender, receiver and time", () => {
  const { from, to, at } = parsePush(event("subscribe"));
  deepEqual([from, to, at], [FROM, "gh_7f083739789a", 1_348_831_860_000]);
});

pure("parsePush() reads the scene that a new follower scanned", () => {
  deepEqual(what(event("subscribe", key("qrscene_cab-001") + "<Ticket><![CDATA[T]]></Ticket>")), {
    type: "subscribe",
    scene: "cab-001",
  });
  deepEqual(what(event("subscribe", "<EventKey>qrscene_123</EventKey>")), {
    type: "subscribe",
    scene: "123",
  });
});

pure("parsePush() reads a new follower without a scene", () => {
  // Behind `last_trade_no_` stands the payment after which the person follows; there is no ticket then.
  const payment = key("last_trade_no_4008012345678901234567890123");
  const others = [payment, key("cab-001"), key("QRSCENE_cab-001"), key("x_qrscene_cab-001")];
  for (const more of ["", key(""), "<EventKey/>", key("qrscene_"), ...others]) {
    deepEqual(what(event("subscribe", more)), { type: "subscribe", scene: undefined }, more);
  }
});

pure("parsePush() reads the scene that a follower scanned", () => {
  deepEqual(what(event("SCAN", key("cab-001"))), { type: "scan", scene: "cab-001" });
  deepEqual(what(event("SCAN", "<EventKey>007</EventKey>")), { type: "scan", scene: "007" });
  deepEqual(
    what(event("SCAN", key("qrscene_a"))),
    { type: "scan", scene: "qrscene_a" },
    "it has no prefix here",
  );
  const long = key("x".repeat(WECHAT.idCharactersMax + 1));
  deepEqual(what(event("SCAN", long)), { type: "scan", scene: undefined });
});

pure("parsePush() reads that a person stopped following", () => {
  deepEqual(what(event("unsubscribe", key(""))), { type: "unsubscribe" });
});

pure("parsePush() reads texts with any characters", () => {
  deepEqual(what(text("柜子 <!DOCTYPE x> &amp; <b>")), { type: "text", text: "柜子 <!DOCTYPE x> &amp; <b>" });
  deepEqual(what(text("a]]]]><![CDATA[>b")), { type: "text", text: "a]]>b" });
  deepEqual(what(text("")), { type: "text", text: "" });
});

pure("parsePush() names other messages", () => {
  deepEqual(what(event("VIEW", key("http://www.qq.com/"))), { type: "other", what: "VIEW" });
  deepEqual(what(event("TEMPLATESENDJOBFINISH", "<MsgID>200163836</MsgID><Status>success</Status>")), {
    type: "other",
    what: "TEMPLATESENDJOBFINISH",
  });
  deepEqual(what(event("scancode_push", "<EventKey><a>1</a></EventKey>")), {
    type: "other",
    what: "scancode_push",
  });
  const image = `<xml>${HEAD}<MsgType><![CDATA[image]]></MsgType><MediaId><![CDATA[m]]></MediaId></xml>`;
  deepEqual(what(image), { type: "other", what: "image" });
});

pure("parsePush() gives a message that is sent again the same id, and no other message", () => {
  const { id } = parsePush(event("SCAN", key("cab-001")));
  equal(parsePush(event("SCAN", key("cab-001"))).id, id);
  const others = [
    event("SCAN", key("cab-002")),
    event("subscribe", key("cab-001")),
    event("unsubscribe", key("cab-001")),
    event("SCAN", key("cab-001")).replace("1348831860", "1348831861"),
    event("SCAN", key("cab-001")).replace(FROM, "oAnother"),
    text("cab-001"),
  ];
  for (const other of others) notEqual(parsePush(other).id, id, other);
  notEqual(parsePush(text("a")).id, parsePush(text("b")).id);
});

const BOMBS = {
  "entities that grow": `<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;">]>` +
    event("SCAN", "<EventKey>&b;</EventKey>"),
  "entities from elsewhere": `<!DOCTYPE x SYSTEM "file:///etc/passwd">${event("SCAN", key("x"))}`,
  "entities between sections": event("SCAN", `${key("x")}<!ENTITY a "b">${key("y")}`),
  "a section without an end": event("SCAN", "<EventKey><![CDATA[x"),
  "ten thousand sections without an end": "<![CDATA[".repeat(7_000),
  "ten thousand levels": "<a>".repeat(10_000),
  "ten thousand levels that end": "<a>".repeat(5_000) + "</a>".repeat(5_000),
  "ten thousand names": `<xml>${"<a/>".repeat(10_000)}</xml>`,
  "names of the language's own": event("SCAN", "<__proto__><Event>x</Event></__proto__>"),
  "too much": text("x".repeat(WECHAT.pushBytesMax)),
};
for (const [name, xml] of Object.entries(BOMBS)) {
  pure(`parsePush() takes no message with ${name}, and loses no time with it`, () => {
    const start = performance.now();
    throws(() => parsePush(xml), BadPushError);
    equal(performance.now() - start < 1_000, true);
  });
}

pure("parsePush() expands no entity", () => {
  deepEqual(what(event("SCAN", "<EventKey>&lt;&#65;&a;</EventKey>")), {
    type: "scan",
    scene: "&lt;&#65;&a;",
  });
});

pure("parsePush() refuses a message that lacks a field of all messages", () => {
  const sound = event("SCAN", key("cab-001"));
  const wrong = [
    "",
    "success",
    "{}",
    "<xml/>",
    "<xml>hello</xml>",
    `<html>${HEAD}</html>`,
    sound.replaceAll("FromUserName", "From"),
    sound.replaceAll("ToUserName", "To"),
    sound.replaceAll("MsgType", "Type"),
    sound.replace(FROM, ""),
    sound.replace(FROM, "o p"),
    sound.replace(FROM, "o".repeat(WECHAT.idCharactersMax + 1)),
    sound.replace("1348831860", "soon"),
    sound.replace("1348831860", "-1"),
    sound.replace("1348831860", "9".repeat(30)),
    sound.replace("[SCAN]", "[<script>]"),
    sound.replace(HEAD, HEAD + HEAD),
    sound + sound,
  ];
  for (const xml of wrong) throws(() => parsePush(xml), BadPushError, xml);
});

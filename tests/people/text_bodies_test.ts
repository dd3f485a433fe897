/**
 * Bodies whose bytes are not UTF-8, as consoles send them that write GBK: refused by that name, and nothing is stored.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { concat } from "@std/bytes";
import { testOnEach } from "../../testing/servers/databases.ts";
import { api, putCabinet, untilOnline } from "../../testing/api.ts";
import { Device } from "../../testing/device.ts";
import { guestCookie, Page } from "../../testing/page.ts";
import { Program } from "../../testing/program.ts";
import { createHash } from "node:crypto";

const encoder = new TextEncoder();
/** What a text is replaced by: 大堂 in GBK; UTF-8 cut in its middle; an overlong form; half of a pair as CESU-8. */
const BROKEN = ["B4F3CCC3", "E5A4A7E5A0", "C0AF", "EDA080", "FF"].map((hex) => Uint8Array.fromHex(hex));
/** Halves of characters, which JSON can say and UTF-8 cannot. */
const HALVES = ["\\ud800", "\\uDFFF", "x\\ud83dx", "\\udc00\\ud800"];
const JSON_TYPE = { "content-type": "application/json" };
const PUSH_TOKEN = "tokenOfThePushes";

const WECHAT = {
  PUBLIC_URL: "http://127.0.0.1:1",
  WECHAT_APP_ID: "wx00000000000000a1",
  WECHAT_APP_SECRET: "the-accounts-secret",
  WECHAT_TOKEN: PUSH_TOKEN,
  WECHAT_MINI_APP_ID: "wx00000000000000b1",
  WECHAT_MINI_APP_SECRET: "the-mini-programs-secret",
  // Nobody is there, and nobody is asked.
  WECHAT_API_URL: "http://127.0.0.1:1",
};

/** The body with these bytes where it says TEXT. */
function bodyWith(body: string, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const [before = "", after = ""] = body.split("TEXT");
  return Uint8Array.from(concat([encoder.encode(before), bytes, encoder.encode(after)]));
}

async function posted(
  program: Program,
  path: string,
  init: RequestInit,
): Promise<{ status: number; text: string }> {
  const answer = await fetch(`${program.url}${path}`, { method: "POST", ...init });
  return { status: answer.status, text: await answer.text() };
}

testOnEach(
  "the API names UTF-8 where a body is something else, and stores nothing",
  async ({ place, env }, stack) => {
    const program = stack.use(await Program.start(place.folder, env));
    await putCabinet(program, "cab", { name: "before", mode: "assigned" });
    await guestCookie(program, "cab");
    const [person] = (await api(program, "GET", "/people")).body.items;
    const noted = async () => (await api(program, "GET", "/acts?limit=200")).body.items.length;
    const before = await noted();
    const calls: [method: string, path: string, body: string][] = [
      ["PUT", "/cabinets/cab", '{"name":"TEXT","board":"8a","mode":"open"}'],
      ["PUT", "/cabinets/new", '{"name":"x","board":"8a","registration":{"text":"TEXT"}}'],
      ["PUT", "/cabinets/new", '{"name":"x","board":"8a","cells":{"count":1,"size":"TEXT"}}'],
      ["POST", "/cabinets/cab/cells/1/disable", '{"reason":"TEXT"}'],
      ["POST", "/cabinets/cab/cells/1/open", '{"reason":"TEXT"}'],
      ["POST", "/cabinets/cab/clear", '{"confirm":"TEXT"}'],
      ["POST", "/cabinets/cab/permits", `{"person":"${person.id}","cells":"all","reason":"TEXT"}`],
      ["POST", `/people/${person.id}/sign-out`, '{"reason":"TEXT"}'],
    ];
    for (const [method, path, body] of calls) {
      for (const bytes of [...BROKEN, ...HALVES.map((text) => encoder.encode(text))]) {
        const answer = await fetch(`${program.url}/api/v1${path}`, {
          method,
          headers: { authorization: "Bearer operator-token-of-the-tests", ...JSON_TYPE },
          body: bodyWith(body, bytes),
        });
        const text = await answer.text();
        equal(answer.status, 400, `${path} ${bytes.toHex()}: ${text}`);
        match(answer.headers.get("content-type") ?? "", /^application\/problem\+json/);
        match(text, /UTF-8/);
      }
    }
    equal((await api(program, "GET", "/cabinets/cab")).body.name, "before");
    equal((await api(program, "GET", "/cabinets/new")).status, 404);
    equal(await noted(), before);
    equal((await api(program, "GET", "/commands")).body.items.length, 0);
  },
);

testOnEach(
  "what a lenient reader has made of other bytes is not a name either",
  async ({ place, env }, stack) => {
    const program = stack.use(await Program.start(place.folder, env));
    const put = (body: string) => api(program, "PUT", "/cabinets/cab", { body });
    const replaced = await put('{"name":"\ufffd\ufffd\ufffdA","board":"8a","mode":"open"}');
    deepEqual(
      [replaced.status, /^name: .*UTF-8/.test(replaced.body.detail)],
      [422, true],
      replaced.body.detail,
    );
    const marked = await put('\ufeff{"name":"大堂","board":"8a","mode":"open"}');
    deepEqual(
      [marked.status, marked.body.name],
      [201, "大堂"],
      "a mark at the beginning says that it is UTF-8",
    );
    equal(
      (await put('{"name":"\\ud83d\\ude00","board":"8a","mode":"open"}')).body.name,
      "😀",
      "both halves make a whole",
    );
  },
);

testOnEach(
  "people's messages name UTF-8 where they are something else, and do nothing",
  async (on, stack) => {
    const program = stack.use(await Program.start(on.place.folder, { ...on.env, ...WECHAT }));
    await putCabinet(program, "cab", { mode: "storage" });
    stack.use(await Device.connect(program, "REG-cab"));
    await untilOnline(program, "cab");
    const cookie = await guestCookie(program, "cab");
    const headers = { cookie, ...JSON_TYPE };
    const store = () => `{"type":"store","id":"${crypto.randomUUID()}","size":"TEXT"}`;
    for (const bytes of BROKEN) {
      const talked = await posted(program, "/talk?cabinet=cab", { headers, body: bodyWith(store(), bytes) });
      deepEqual([talked.status, /UTF-8/.test(talked.text)], [400, true], talked.text);
      for (const path of ["/me/sign-out", "/me/remove"]) {
        const answer = await posted(program, path, { headers, body: bodyWith('{"x":"TEXT"}', bytes) });
        deepEqual([answer.status, /utf-8/i.test(answer.text)], [400, true], `${path}: ${answer.text}`);
      }
      const mini = await posted(program, "/wechat/mini/session", {
        headers: JSON_TYPE,
        body: bodyWith('{"code":"TEXT"}', bytes),
      });
      deepEqual([mini.status, /utf-8/i.test(mini.text)], [400, true], mini.text);
    }
    for (const half of [...HALVES, "\\u0000"]) {
      const body = store().replace("TEXT", half);
      const { status, text } = await posted(program, "/talk?cabinet=cab", { headers, body });
      deepEqual([status, JSON.parse(text).code], [200, "bad-message"], text);
      await using page = await Page.open(program, "cab", cookie);
      page.send(body);
      equal((await page.until(({ type }) => type === "error"))["code"], "bad-message");
    }
    deepEqual(await on.query("select * from commands"), []);
    equal((await on.query("select * from people")).length, 1);
  },
);

testOnEach("a push that is not UTF-8 is refused by that name", async (on, stack) => {
  const program = stack.use(await Program.start(on.place.folder, { ...on.env, ...WECHAT }));
  for (const bytes of BROKEN) {
    const [timestamp, nonce] = [String(Math.floor(Date.now() / 1000)), bytes.toHex()];
    const signature = createHash("sha1").update([PUSH_TOKEN, timestamp, nonce].sort().join("")).digest("hex");
    const body = bodyWith(
      "<xml><ToUserName>gh_1</ToUserName><FromUserName>o1</FromUserName><CreateTime>1</CreateTime>" +
        "<MsgType>text</MsgType><Content>TEXT</Content><MsgId>1</MsgId></xml>",
      bytes,
    );
    const query = new URLSearchParams({ signature, timestamp, nonce });
    const answer = await posted(program, `/wechat/push?${query}`, { body });
    deepEqual([answer.status, /UTF-8/.test(answer.text)], [400, true], answer.text);
  }
  // The database was written to, to prove that it can be.
  deepEqual(await on.query("select key from used where key <> 'written'"), []);
});

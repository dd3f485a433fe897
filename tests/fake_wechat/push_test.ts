/**
 * Pushes and their replies, checked with the examples of WeChat's documentation, and with OpenSSL.
 *
 * @module
 */
import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import { ALICE, BOB, started } from "../../testing/wechat/rig.ts";
import { seal, unseal } from "../../testing/wechat/api/envelope.ts";
import { pushSignature } from "../../testing/wechat/api/signature.ts";
import { readXml, writeXml } from "../../testing/wechat/api/xml.ts";
import { testUnless } from "../../testing/test_run.ts";

/** The example of "message push" in WeChat's documentation. */
const OFFICIAL = { token: "AAAAA", aesKey: "A".repeat(43), appId: "wxba5fad812f8e6fb9" };
const OFFICIAL_SEALED =
  "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUn" +
  "nR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY" +
  "2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04=";
const KEYS = { aesKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", appId: "wx0123456789abcdef" };
const TOKEN = "pushtoken1";

Deno.test("signatures and envelopes equal those of WeChat's documentation", () => {
  const { token } = OFFICIAL;
  equal(pushSignature(token, "1714036504", "1514711492"), "f464b24fc39322e44b38aa78f5edd27bd1441696");
  equal(pushSignature(token, "1714037059", "486452656"), "899cf89e464efb63f54ddac96b0a0a235f53aa78");
  const signature = pushSignature(token, "1714112445", "415670741", OFFICIAL_SEALED);
  equal(signature, "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3");
  equal(JSON.parse(unseal(OFFICIAL_SEALED, OFFICIAL)).debug_str, "hello world");
  const reply = seal('{"demo_resp":"good luck"}', {
    ...OFFICIAL,
    random: new TextEncoder().encode("707722b803182950"),
  });
  equal(reply, "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ==");
});

Deno.test("unseal() refuses the envelope of another app or key", () => {
  const sealed = seal("hello", KEYS);
  equal(unseal(sealed, KEYS), "hello");
  throws(() => unseal(sealed, { ...KEYS, appId: "wxother" }), /of the app wx0123456789abcdef/);
  throws(() => unseal(sealed, { ...KEYS, aesKey: OFFICIAL.aesKey }), /another key/);
  throws(() => unseal("AAAA", KEYS));
});

testUnless(
  hasOpenSsl() ? undefined : "openssl is not installed",
  "seal() makes an envelope that OpenSSL decrypts",
  async () => {
    for (const text of ["", "<xml>一二三</xml>", "x".repeat(1000)]) {
      const plain = await opened(seal(text, KEYS));
      const bytes = new TextEncoder().encode(text);
      equal(new DataView(plain.buffer).getUint32(16), bytes.length);
      deepEqual(plain.slice(20, 20 + bytes.length), bytes);
      const rest = plain.slice(20 + bytes.length);
      const padding = rest.at(-1) ?? 0;
      equal(new TextDecoder().decode(rest.slice(0, -padding)), KEYS.appId);
      ok(plain.length % 32 === 0 && padding >= 1 && padding <= 32);
    }
  },
);

Deno.test("readXml() reads what writeXml() and services write", () => {
  const fields = { A: "1 < 2 & ]]> 3", B: 7, C: "", D: 24_000_000_000_000_001n };
  deepEqual(readXml(writeXml(fields)), { A: "1 < 2 & ]]> 3", B: "7", C: "", D: "24000000000000001" });
  deepEqual(readXml("<xml><A>1 &lt; 2</A>\n</xml>"), { A: "1 < 2" });
  for (const xml of ["", "<xml><A>1</B></xml>", "<xml>a</xml>", "<A>1</A>"]) {
    throws(() => readXml(xml), SyntaxError);
  }
});

/** A service that answers as the test says, and records the requests. */
function service(answer: (request: Request, body: string) => Response | Promise<Response>) {
  const asked: { query: Record<string, string>; body: string }[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const body = await request.text();
    asked.push({ query: Object.fromEntries(new URL(request.url).searchParams), body });
    return await answer(request, body);
  });
  const url = `http://127.0.0.1:${server.addr.port}/wechat/push?of=1`;
  return { url, asked, [Symbol.asyncDispose]: () => server.shutdown() };
}

Deno.test("verifyUrl() signs its request", async () => {
  await using wechat = await started();
  await using it = service((request) => new Response(new URL(request.url).searchParams.get("echostr")));
  const { status, body, echostr } = await wechat.verifyUrl(it.url, { token: TOKEN });
  deepEqual([status, body], [200, echostr]);
  const { of, signature, timestamp = "", nonce = "" } = it.asked[0]?.query ?? {};
  deepEqual([of, signature], ["1", pushSignature(TOKEN, timestamp, nonce)]);
  await wechat.verifyUrl(it.url, { token: TOKEN, forge: { signature: "0" } });
  equal(it.asked[1]?.query["signature"], "0");
});

Deno.test("push() sends plain XML, and reads the reply", async () => {
  await using wechat = await started();
  const event = wechat.events.subscribe(ALICE, "cab-001");
  const { ToUserName: account, FromUserName: person } = event;
  const reply = {
    ToUserName: person,
    FromUserName: account,
    CreateTime: 1,
    MsgType: "text",
    Content: "欢迎",
  };
  const replies = [writeXml(reply), "success", writeXml({ ...reply, ToUserName: "oBob" })];
  await using it = service(() => new Response(replies.shift()));
  const push = { token: TOKEN, mode: "plain", event } as const;
  equal((await wechat.push(it.url, push)).reply?.["Content"], "欢迎");
  equal((await wechat.push(it.url, push)).reply, undefined);
  await rejects(wechat.push(it.url, push), /goes from gh_\w+ to oBob/);
  const [{ query = {}, body = "" } = {}] = it.asked;
  equal(query["openid"], "oAlice");
  const { Ticket: _, ...fields } = readXml(body);
  deepEqual(fields, {
    ToUserName: account,
    FromUserName: person,
    CreateTime: String(event.CreateTime),
    MsgType: "event",
    Event: "subscribe",
    EventKey: "qrscene_cab-001",
  });
});

Deno.test("push() with an envelope sends nothing in plain text, and reads only a correctly signed reply", async () => {
  await using wechat = await started();
  const event = wechat.events.text(ALICE, "你好");
  const { ToUserName, FromUserName } = event;
  const Encrypt = seal(writeXml({ ...event, ToUserName: FromUserName, FromUserName: ToUserName }), KEYS);
  const MsgSignature = pushSignature(TOKEN, "17", "n", Encrypt);
  const replies = [MsgSignature, "0"].map((MsgSignature) =>
    writeXml({ Encrypt, MsgSignature, TimeStamp: 17, Nonce: "n" })
  );
  await using it = service(() => new Response(replies.shift()));
  const push = { token: TOKEN, mode: KEYS, event };
  equal((await wechat.push(it.url, push)).reply?.["Content"], "你好");
  await rejects(wechat.push(it.url, push), /signature of the reply.s envelope is wrong/);
  const [{ query = {}, body = "" } = {}] = it.asked;
  const sealed = readXml(body);
  deepEqual(Object.keys(sealed), ["ToUserName", "Encrypt"]);
  equal(unseal(sealed["Encrypt"] ?? "", KEYS), writeXml(event));
  const { encrypt_type, msg_signature, timestamp = "", nonce = "" } = query;
  deepEqual([encrypt_type, msg_signature], [
    "aes",
    pushSignature(TOKEN, timestamp, nonce, sealed["Encrypt"] ?? ""),
  ]);
});

Deno.test("pushUntilAnswered() pushes three times at most", async () => {
  await using wechat = await started();
  const released = Promise.withResolvers<Response>();
  const answers = [new Response("", { status: 500 }), released.promise, new Response("success")];
  await using it = service(() => answers.shift() ?? new Response("", { status: 503 }));
  const push = {
    token: TOKEN,
    mode: "plain",
    event: wechat.events.unsubscribe(BOB),
    answerMs: 100,
  } as const;
  const { tries, answer } = await wechat.pushUntilAnswered(it.url, push);
  released.resolve(new Response("too late"));
  deepEqual([tries, answer?.body], [3, "success"]);
  deepEqual(await wechat.pushUntilAnswered(it.url, push), { tries: 3, answer: undefined });
  equal(it.asked.length, 6);
});

Deno.test("each event of a person has its own second, and only followers scan", async () => {
  await using wechat = await started();
  throws(() => wechat.events.scan(ALICE, "cab-001"), /does not follow/);
  const first = wechat.events.subscribe(ALICE);
  const second = wechat.events.scan(ALICE, "cab-001");
  deepEqual([first["EventKey"], second["Event"], second["EventKey"]], ["", "SCAN", "cab-001"]);
  match(String(second["Ticket"]), /^gQ/);
  ok(second.CreateTime > first.CreateTime);
  ok(wechat.followers.has(ALICE.openid));
  wechat.events.unsubscribe(ALICE);
  ok(!wechat.followers.has(ALICE.openid));
});

function hasOpenSsl(): boolean {
  try {
    return new Deno.Command("openssl", { args: ["version"], stdout: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

/** An envelope's content, decrypted by OpenSSL. */
async function opened(sealed: string): Promise<Uint8Array> {
  const key = Uint8Array.fromBase64(`${KEYS.aesKey}=`).toHex();
  const args = ["enc", "-d", "-aes-256-cbc", "-nopad", "-base64", "-A", "-K", key, "-iv", key.slice(0, 32)];
  await using process = new Deno.Command("openssl", { args, stdin: "piped", stdout: "piped" }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(sealed));
  await writer.close();
  return (await process.output()).stdout;
}

import { doesNotMatch, equal, match, notEqual, throws } from "node:assert/strict";
import { concat } from "@std/bytes";
import { createCipheriv } from "node:crypto";
import { BadPushError } from "./xml.ts";
import { openEnvelope, sealEnvelope } from "./envelope.ts";
import { signatureOf } from "./signature.ts";

/** From WeChat's description of the scheme (developer.work.weixin.qq.com/document/path/90968). */
const SAMPLE = {
  token: "QDG6eK",
  aesKey: "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
  appId: "wx5823bf96d3bd56c7",
  signature: "477715d11cdb4164915debcba66cb864d751f3e6",
  timestamp: "1409659813",
  nonce: "1372623149",
};
const SAMPLE_SEALED = "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3" +
  "QczcdCUpj911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLx" +
  "AUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6ti" +
  "WSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVK" +
  "n28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q==";

const KEYS = {
  token: "pamtest",
  aesKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
  appId: "wxb11529c136998cb6",
};
const NOW = 1_409_304_348_999;
const MESSAGE = "<xml><Content><![CDATA[我是中文 😀 ]]]]><![CDATA[>]]></Content></xml>";

function pure(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

function bodyOf(sealed: string): string {
  return `<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[${sealed}]]></Encrypt></xml>`;
}

/** The query that WeChat sends with an envelope. */
function queryOf(envelope: string) {
  const [, sealed = ""] = /<Encrypt><!\[CDATA\[(.*?)\]\]>/.exec(envelope) ?? [];
  const [, signature = ""] = /<MsgSignature><!\[CDATA\[(.*?)\]\]>/.exec(envelope) ?? [];
  const [, timestamp = ""] = /<TimeStamp>(.*?)</.exec(envelope) ?? [];
  const [, nonce = ""] = /<Nonce><!\[CDATA\[(.*?)\]\]>/.exec(envelope) ?? [];
  return { sealed, signature, timestamp, nonce };
}

function open(envelope: string, changes: Partial<typeof SAMPLE> = {}): string {
  const { sealed, ...query } = queryOf(envelope);
  return openEnvelope(bodyOf(sealed), { ...KEYS, ...query, ...changes });
}

/** A correctly signed envelope with any content. */
function sealedBy(inside: Uint8Array): { body: string; query: Omit<typeof SAMPLE, keyof typeof KEYS> } {
  const key = Uint8Array.fromBase64(`${KEYS.aesKey}=`);
  const cipher = createCipheriv("aes-256-cbc", key, key.subarray(0, 16)).setAutoPadding(false);
  return signed(concat([cipher.update(inside), cipher.final()]).toBase64());
}

function signed(sealed: string) {
  const [timestamp, nonce] = ["1409304348", "xxxxxx"];
  const signature = signatureOf([KEYS.token, timestamp, nonce, sealed]);
  return { body: bodyOf(sealed), query: { timestamp, nonce, signature } };
}

function padded(content: Uint8Array): Uint8Array {
  const length = 32 - content.length % 32;
  return concat([content, new Uint8Array(length).fill(length)]);
}

function content(length: number, rest: Uint8Array): Uint8Array {
  const head = new Uint8Array(20);
  new DataView(head.buffer).setUint32(16, length);
  return concat([head, rest]);
}

pure("openEnvelope() opens WeChat's own sample", () => {
  const xml = openEnvelope(bodyOf(SAMPLE_SEALED), SAMPLE);
  match(xml, /^<xml><ToUserName><!\[CDATA\[wx5823bf96d3bd56c7\]\]><\/ToUserName>/);
  match(xml, /<Content><!\[CDATA\[hello\]\]><\/Content>\n<MsgId>4561255354251345929<\/MsgId>/);
  match(xml, /<\/xml>$/);
});

pure("openEnvelope() opens what sealEnvelope() sealed, whatever its length", () => {
  equal(open(sealEnvelope(MESSAGE, { ...KEYS, now: NOW })), MESSAGE);
  for (let length = 0; length < 70; length++) {
    const message = "x".repeat(length);
    equal(open(sealEnvelope(message, { ...KEYS, now: NOW })), message);
  }
});

pure("sealEnvelope() is signed, dated, padded to 32 bytes, and never the same", () => {
  const [one, other] = [1, 2].map(() => queryOf(sealEnvelope(MESSAGE, { ...KEYS, now: NOW })));
  equal(one?.timestamp, "1409304348");
  notEqual(one?.sealed, other?.sealed);
  notEqual(one?.nonce, other?.nonce);
  equal(Uint8Array.fromBase64(one?.sealed ?? "").length % 32, 0);
  doesNotMatch(sealEnvelope(MESSAGE, { ...KEYS, now: NOW }), /Content|wxb115/);
});

pure("openEnvelope() refuses an envelope with one part changed", () => {
  const envelope = sealEnvelope(MESSAGE, { ...KEYS, now: NOW });
  equal(open(envelope), MESSAGE);
  const changes: Partial<typeof SAMPLE>[] = [
    { token: "another" },
    { timestamp: "1409304349" },
    { nonce: "x" },
    { signature: "" },
    { signature: signatureOf([KEYS.token, "1409304348", "x"]) },
    { appId: "wxb11529c136998cb7" },
    { appId: "wxb11529c136998cb" },
    { appId: "" },
    { aesKey: SAMPLE.aesKey },
  ];
  for (const change of changes) throws(() => open(envelope, change), BadPushError, JSON.stringify(change));
});

pure("openEnvelope() refuses changed content, and a message without an envelope", () => {
  const { sealed, ...query } = queryOf(sealEnvelope(MESSAGE, { ...KEYS, now: NOW }));
  const changed = [
    sealed.replace(/^./, (first) => first === "A" ? "B" : "A"),
    sealed.slice(4),
    `${sealed}AAAA`,
    "",
  ].map(bodyOf);
  for (
    const body of [...changed, "", "hello", MESSAGE, "<xml></xml>", "<xml><Encrypt><a>1</a></Encrypt></xml>"]
  ) {
    throws(() => openEnvelope(body, { ...KEYS, ...query }), BadPushError, body);
  }
});

pure("openEnvelope() refuses malformed content with a correct signature", () => {
  const app = new TextEncoder().encode(KEYS.appId);
  const bytes = (text: string) => new TextEncoder().encode(text);
  const sample = content(2, bytes(`hi${KEYS.appId}`));
  const sound = sealedBy(padded(sample));
  equal(openEnvelope(sound.body, { ...KEYS, ...sound.query }), "hi");
  const wrong = {
    "nothing": signed(""),
    "not base64": signed("!!!!"),
    "no whole block": signed("AAAA"),
    "no padding": sealedBy(concat([content(2, bytes("hi")), new Uint8Array(10)])),
    "too much padding": sealedBy(concat([sample, new Uint8Array(56).fill(56)])),
    "more padding than content": sealedBy(new Uint8Array(16).fill(32)),
    "uneven padding": sealedBy(concat([sample, new Uint8Array(24).fill(24, 1)])),
    "nothing but padding": sealedBy(new Uint8Array(32).fill(32)),
    "a length that is too long": sealedBy(padded(content(3, bytes(`hi${KEYS.appId}`)))),
    "a length beyond its end": sealedBy(padded(content(0xffffffff, bytes(`hi${KEYS.appId}`)))),
    "a length that is too short": sealedBy(padded(content(1, bytes(`hi${KEYS.appId}`)))),
    "no app": sealedBy(padded(content(2, bytes("hi")))),
    "not UTF-8": sealedBy(padded(content(2, concat([new Uint8Array([0xff, 0xfe]), app])))),
  };
  for (const [name, { body, query }] of Object.entries(wrong)) {
    throws(() => openEnvelope(body, { ...KEYS, ...query }), BadPushError, name);
  }
});

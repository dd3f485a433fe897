/**
 * WeChat's side of what it pushes to a service: sends it and judges the answer.
 *
 * @module
 */
import { type EnvelopeKeys, unseal } from "./envelope.ts";
import { PUSH_MS, PUSHES_MAX } from "../limits.ts";
import { endsOf, type Push, type PushOptions, pushRequest, questionUrl } from "./push_request.ts";
import { randomName } from "../random.ts";
import { pushSignature } from "./signature.ts";
import { readXml } from "./xml.ts";

/** What the service said. */
export interface BareAnswer {
  readonly status: number;
  readonly body: string;
  readonly tookMs: number;
}

/** What the service said to a push. */
export interface PushAnswer extends BareAnswer {
  /** What the person reads, out of its envelope; `undefined`: the service only took note. */
  readonly reply: Readonly<Record<string, string>> | undefined;
}

/**
 * Asks the service whether it is the account's: it has to answer `echostr`.
 *
 * @throws {Error} where no answer comes in time
 */
export async function verifyUrl(
  url: string,
  options: PushOptions,
): Promise<BareAnswer & { readonly echostr: string }> {
  const echostr = randomName(19);
  return { ...await ask(questionUrl(url, { ...options, echostr }), {}, options), echostr };
}

/**
 * Pushes once.
 *
 * @throws {Error} where no answer comes in time, or one that WeChat cannot pass on
 */
export async function push(url: string, what: Push): Promise<PushAnswer> {
  return judged(await send(url, what), what);
}

/**
 * Pushes until the service answers with status 200, three times at most. WeChat's documentation speaks of answers
 * that do not come; that others do not count is a guess.
 *
 * @throws {Error} where an answer comes that WeChat cannot pass on
 */
export async function pushUntilAnswered(
  url: string,
  what: Push,
): Promise<{ readonly tries: number; readonly answer: PushAnswer | undefined }> {
  for (let tries = 1;; tries++) {
    const answer = await send(url, what).catch(() => undefined);
    if (answer?.status === 200) return { tries, answer: judged(answer, what) };
    if (tries === PUSHES_MAX) return { tries, answer: undefined };
  }
}

function send(url: string, what: Push): Promise<BareAnswer> {
  const request = pushRequest(url, what);
  const init = { method: "POST", headers: { "content-type": "text/xml" }, body: request.body };
  return ask(request.url, init, what);
}

async function ask(url: string, init: RequestInit, { answerMs = PUSH_MS }: PushOptions): Promise<BareAnswer> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error(`No answer within ${answerMs} ms`)), answerMs);
  const before = performance.now();
  try {
    const response = await fetch(url, { ...init, redirect: "manual", signal: controller.signal });
    const body = await response.text();
    return { status: response.status, body, tookMs: performance.now() - before };
  } finally {
    clearTimeout(timer);
  }
}

function judged(answer: BareAnswer, what: Push): PushAnswer {
  const { status, body } = answer;
  const isReply = status === 200 && body !== "" && body !== "success";
  return { ...answer, reply: isReply ? replyOf(body, what) : undefined };
}

function replyOf(body: string, what: Push): Readonly<Record<string, string>> {
  const reply = readXml(what.mode === "plain" ? body : unsealed(body, { ...what.mode, token: what.token }));
  const { ToUserName: account, FromUserName: person } = endsOf(what);
  const isBack = reply["FromUserName"] === account && reply["ToUserName"] === person;
  if (!isBack) throw new Error(`The reply goes from ${reply["FromUserName"]} to ${reply["ToUserName"]}`);
  if (!/^\d+$/.test(reply["CreateTime"] ?? "")) throw new Error("The reply has no CreateTime");
  if (reply["MsgType"] === "text" && !reply["Content"]) throw new Error("The reply says nothing");
  return reply;
}

function unsealed(body: string, { token, ...keys }: EnvelopeKeys & { token: string }): string {
  const { Encrypt = "", MsgSignature, TimeStamp = "", Nonce = "" } = readXml(body) as Record<string, string>;
  const right = pushSignature(token, TimeStamp, Nonce, Encrypt);
  if (MsgSignature !== right) throw new Error("The reply's envelope is not rightly signed");
  return unseal(Encrypt, keys);
}

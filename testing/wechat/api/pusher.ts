/**
 * WeChat's side of a push: sends it to the service and checks the answer.
 *
 * @module
 */
import { type EnvelopeKeys, unseal } from "./envelope.ts";
import { PUSH_MS, PUSHES_MAX } from "../limits.ts";
import { addressesOf, type Push, type PushOptions, pushRequest, verificationUrl } from "./push_request.ts";
import { randomName } from "../random.ts";
import { pushSignature } from "./signature.ts";
import { readXml } from "./xml.ts";

/** The service's answer. */
export interface ServiceAnswer {
  readonly status: number;
  readonly body: string;
  readonly tookMs: number;
}

/** The service's answer to a push. */
export interface PushAnswer extends ServiceAnswer {
  /** The decrypted reply to the person; `undefined`: the service sent none. */
  readonly reply: Readonly<Record<string, string>> | undefined;
}

/**
 * Verifies that the service is the account's: it has to answer `echostr`.
 *
 * @throws {Error} if no answer comes in time
 */
export async function verifyUrl(
  url: string,
  options: PushOptions,
): Promise<ServiceAnswer & { readonly echostr: string }> {
  const echostr = randomName(19);
  return { ...await ask(verificationUrl(url, { ...options, echostr }), {}, options), echostr };
}

/**
 * Pushes once.
 *
 * @throws {Error} if no answer comes in time, or one that WeChat cannot pass on
 */
export async function push(url: string, what: Push): Promise<PushAnswer> {
  return checkedAnswer(await send(url, what), what);
}

/**
 * Pushes until the service answers with status 200, three times at most. WeChat documents only that it repeats a push
 * without an answer; that it repeats one with another status is a guess.
 *
 * @throws {Error} if an answer comes that WeChat cannot pass on
 */
export async function pushUntilAnswered(
  url: string,
  what: Push,
): Promise<{ readonly tries: number; readonly answer: PushAnswer | undefined }> {
  for (let tries = 1;; tries++) {
    const answer = await send(url, what).catch(() => undefined);
    if (answer?.status === 200) return { tries, answer: checkedAnswer(answer, what) };
    if (tries === PUSHES_MAX) return { tries, answer: undefined };
  }
}

function send(url: string, what: Push): Promise<ServiceAnswer> {
  const request = pushRequest(url, what);
  const init = { method: "POST", headers: { "content-type": "text/xml" }, body: request.body };
  return ask(request.url, init, what);
}

async function ask(
  url: string,
  init: RequestInit,
  { answerMs = PUSH_MS }: PushOptions,
): Promise<ServiceAnswer> {
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

function checkedAnswer(answer: ServiceAnswer, what: Push): PushAnswer {
  const { status, body } = answer;
  const isReply = status === 200 && body !== "" && body !== "success";
  return { ...answer, reply: isReply ? replyOf(body, what) : undefined };
}

function replyOf(body: string, what: Push): Readonly<Record<string, string>> {
  const reply = readXml(what.mode === "plain" ? body : unsealed(body, { ...what.mode, token: what.token }));
  const { ToUserName: account, FromUserName: person } = addressesOf(what);
  const isBack = reply["FromUserName"] === account && reply["ToUserName"] === person;
  if (!isBack) throw new Error(`The reply goes from ${reply["FromUserName"]} to ${reply["ToUserName"]}`);
  if (!/^\d+$/.test(reply["CreateTime"] ?? "")) throw new Error("The reply has no CreateTime");
  if (reply["MsgType"] === "text" && !reply["Content"]) throw new Error("The reply has no text");
  return reply;
}

function unsealed(body: string, { token, ...keys }: EnvelopeKeys & { token: string }): string {
  const { Encrypt = "", MsgSignature, TimeStamp = "", Nonce = "" } = readXml(body) as Record<string, string>;
  const right = pushSignature(token, TimeStamp, Nonce, Encrypt);
  if (MsgSignature !== right) throw new Error("The signature of the reply's envelope is wrong");
  return unseal(Encrypt, keys);
}

/**
 * The requests that WeChat sends to a service: signed, and with an encrypted envelope if the account uses that.
 *
 * @module
 */
import { randomInt } from "node:crypto";
import { type EnvelopeKeys, seal } from "./envelope.ts";
import type { PushedEvent } from "../events.ts";
import { pushSignature } from "./signature.ts";
import { readXml, writeXml } from "./xml.ts";

/** The forged parts of a push. */
export interface Forgery {
  /** Sent in place of the correct signature. */
  readonly signature?: string;
  readonly msgSignature?: string;
  /** Correctly signed, as in an old push or a replayed one. */
  readonly timestamp?: string;
  readonly nonce?: string;
  /** Sent in place of the signed body. */
  readonly body?: string;
}

/** The options of a push. */
export interface PushOptions {
  /** The token that WeChat and the service sign with. */
  readonly token: string;
  readonly forge?: Forgery;
  /** How long the service may take, in ms. @default {5000} */
  readonly answerMs?: number;
}

/** A push. */
export type Push =
  & PushOptions
  & {
    /** `plain`, or the keys of its envelope. */
    readonly mode: "plain" | EnvelopeKeys;
  }
  & ({ readonly event: PushedEvent } | { readonly xml: string });

/** The receiver and the sender. Both are missing if a test pushes something that is not a message. */
export interface Addresses {
  readonly ToUserName?: string;
  readonly FromUserName?: string;
}

export function addressesOf(what: Push): Addresses {
  if ("event" in what) return what.event;
  try {
    return readXml(what.xml);
  } catch {
    return {};
  }
}

/** The address of a verification, which only the account's own service can answer. */
export function verificationUrl(
  url: string,
  { echostr, ...options }: PushOptions & { echostr: string },
): string {
  return withQuery(url, { ...signed(options), echostr });
}

/** The address and the body of a push. */
export function pushRequest(url: string, what: Push): { readonly url: string; readonly body: string } {
  const xml = "xml" in what ? what.xml : writeXml(what.event);
  const { ToUserName = "", FromUserName } = addressesOf(what);
  const query = { ...signed(what), ...(FromUserName === undefined ? {} : { openid: FromUserName }) };
  if (what.mode === "plain") return { url: withQuery(url, query), body: what.forge?.body ?? xml };
  const sealed = seal(xml, what.mode);
  const right = pushSignature(what.token, query.timestamp, query.nonce, sealed);
  const safe = { ...query, encrypt_type: "aes", msg_signature: what.forge?.msgSignature ?? right };
  return { url: withQuery(url, safe), body: what.forge?.body ?? writeXml({ ToUserName, Encrypt: sealed }) };
}

function signed({ token, forge = {} }: PushOptions) {
  const { timestamp = String(Math.floor(Date.now() / 1000)), nonce = String(randomInt(2 ** 32)) } = forge;
  return { signature: forge.signature ?? pushSignature(token, timestamp, nonce), timestamp, nonce };
}

function withQuery(url: string, query: Record<string, string>): string {
  return `${url}${url.includes("?") ? "&" : "?"}${new URLSearchParams(query)}`;
}

/**
 * What WeChat sends to a service: signed, and in safe mode put into an envelope.
 *
 * @module
 */
import { randomInt } from "node:crypto";
import { type EnvelopeKeys, seal } from "./envelope.ts";
import type { PushedEvent } from "../events.ts";
import { pushSignature } from "./signature.ts";
import { readXml, writeXml } from "./xml.ts";

/** What is false about a push. */
export interface Forgery {
  /** Sent instead of the right ones. */
  readonly signature?: string;
  readonly msgSignature?: string;
  /** Truly signed: an old push, or one that was heard already. */
  readonly timestamp?: string;
  readonly nonce?: string;
  /** Sent instead of the body that was signed. */
  readonly body?: string;
}

/** How something is pushed. */
export interface PushOptions {
  /** What WeChat and the service sign with. */
  readonly token: string;
  readonly forge?: Forgery;
  /** How long the service may take, in ms. @default {5000} */
  readonly answerMs?: number;
}

/** What is pushed. */
export type Push =
  & PushOptions
  & {
    /** `plain`, or safe mode with these. */
    readonly mode: "plain" | EnvelopeKeys;
  }
  & ({ readonly event: PushedEvent } | { readonly xml: string });

/** Who writes to whom. Neither is there where a test pushes what is no message. */
export interface Ends {
  readonly ToUserName?: string;
  readonly FromUserName?: string;
}

export function endsOf(what: Push): Ends {
  if ("event" in what) return what.event;
  try {
    return readXml(what.xml);
  } catch {
    return {};
  }
}

/** The address of a question that only the account's own service can answer. */
export function questionUrl(url: string, { echostr, ...options }: PushOptions & { echostr: string }): string {
  return withQuery(url, { ...signed(options), echostr });
}

/** The address and the body of a push. */
export function pushRequest(url: string, what: Push): { readonly url: string; readonly body: string } {
  const xml = "xml" in what ? what.xml : writeXml(what.event);
  const { ToUserName = "", FromUserName } = endsOf(what);
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

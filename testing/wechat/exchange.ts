/**
 * A call's request and its answer, and how strictly requests are read.
 *
 * @module
 */
import { type Errcode, Refusal } from "./refusal.ts";

/** A request to WeChat. */
export interface WechatRequest {
  readonly method: string;
  readonly path: string;
  /** As it was sent, still escaped, without `?`. */
  readonly query: string;
  readonly userAgent: string;
  readonly contentType: string;
  readonly body: string;
}

/** An answer of WeChat's. */
export interface WechatAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly location?: string;
}

/** What a call gets. `silent`: no answer; `closed`: the connection is closed instead. */
export type Outcome = WechatAnswer | "silent" | "closed";

/** The error code for a missing parameter. */
const MISSING: Readonly<Record<string, Errcode>> = {
  access_token: 41001,
  appid: 41002,
  code: 41008,
  grant_type: 40002,
  js_code: 41008,
  openid: 41009,
  secret: 41004,
};

/**
 * Reads the parameters. WeChat ignores unknown ones; this refuses them.
 *
 * @throws {Refusal} if one is missing, empty, repeated or unknown
 */
export function readQuery<Needed extends string, Optional extends string = never>(
  request: WechatRequest,
  { needed, optional = [] }: { needed: readonly Needed[]; optional?: readonly Optional[] },
): Record<Needed, string> & Partial<Record<Optional, string>> {
  const params = [...new URLSearchParams(request.query)];
  const read = Object.fromEntries(params);
  const known: readonly string[] = [...needed, ...optional];
  for (const name of needed) if (!read[name]) throw new Refusal(MISSING[name] ?? 40097, `: no ${name}`);
  const unknown = params.find(([name]) => !known.includes(name))?.[0];
  if (unknown !== undefined) throw new Refusal(40097, `: ${unknown} is unknown`);
  if (params.length > Object.keys(read).length) throw new Refusal(40097, ": a parameter is there twice");
  return read as Record<Needed, string> & Partial<Record<Optional, string>>;
}

/**
 * Reads a JSON object that has only these keys.
 *
 * @throws {Refusal}
 */
export function readJson(request: WechatRequest, keys: readonly string[]): Readonly<Record<string, unknown>> {
  if (request.body === "") throw new Refusal(44002);
  if (!/^application\/json\s*(;|$)/i.test(request.contentType)) throw new Refusal(47001);
  return readObject(parsed(request.body), keys);
}

/**
 * @throws {Refusal} if the value is not an object, or has other keys
 */
export function readObject(value: unknown, keys: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Refusal(47001);
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown !== undefined) throw new Refusal(40097, `: ${unknown} is unknown`);
  return value as Readonly<Record<string, unknown>>;
}

/**
 * Reads a text field of an object.
 *
 * @throws {Refusal} if it is missing, empty, or not a text
 */
export function readText(object: Readonly<Record<string, unknown>>, key: string): string {
  const value = object[key];
  if (value === undefined || value === "") throw new Refusal(MISSING[key] ?? 40097, `: no ${key}`);
  if (typeof value !== "string") throw new Refusal(47001);
  return value;
}

/** In calls for a login, WeChat's JSON has the type of plain text. */
export function json(path: string, body: Readonly<Record<string, unknown>>): WechatAnswer {
  const type = path.startsWith("/sns/") ? "text/plain" : "application/json; encoding=utf-8";
  return { status: 200, type, body: JSON.stringify(body) };
}

/** A page with this text for the person. */
export function page(text: string): WechatAnswer {
  const body = `<!doctype html><meta charset="utf-8"><title>微信</title><p>${text}</p>`;
  return { status: 200, type: "text/html; charset=utf-8", body };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(47001);
  }
}

/**
 * One request and its answer, and how strictly requests are read.
 *
 * @module
 */
import { type Errcode, Refusal } from "./refusal.ts";

/** What was asked. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  /** As it was sent, still escaped, without `?`. */
  readonly query: string;
  readonly userAgent: string;
  readonly contentType: string;
  readonly body: string;
}

/** What is answered. */
export interface Answered {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly location?: string;
}

/** What became of a call; `silent`: nothing comes, `closed`: the connection is ended instead. */
export type Outcome = Answered | "silent" | "closed";

/** What the lack of a parameter is refused with. */
const LACKS: Readonly<Record<string, Errcode>> = {
  access_token: 41001,
  appid: 41002,
  code: 41008,
  grant_type: 40002,
  js_code: 41008,
  openid: 41009,
  secret: 41004,
};

/**
 * Reads the parameters. WeChat overlooks those that it does not know; this does not.
 *
 * @throws {Refusal} where one is missing, empty, double or unknown
 */
export function readQuery<Needed extends string, Optional extends string = never>(
  asked: Asked,
  { needed, optional = [] }: { needed: readonly Needed[]; optional?: readonly Optional[] },
): Record<Needed, string> & Partial<Record<Optional, string>> {
  const params = [...new URLSearchParams(asked.query)];
  const read = Object.fromEntries(params);
  const known: readonly string[] = [...needed, ...optional];
  for (const name of needed) if (!read[name]) throw new Refusal(LACKS[name] ?? 40097, `: no ${name}`);
  const unknown = params.find(([name]) => !known.includes(name))?.[0];
  if (unknown !== undefined) throw new Refusal(40097, `: ${unknown} is unknown`);
  if (params.length > Object.keys(read).length) throw new Refusal(40097, ": a parameter is there twice");
  return read as Record<Needed, string> & Partial<Record<Optional, string>>;
}

/**
 * Reads a JSON object that has no keys but these.
 *
 * @throws {Refusal}
 */
export function readJson(asked: Asked, keys: readonly string[]): Readonly<Record<string, unknown>> {
  if (asked.body === "") throw new Refusal(44002);
  if (!/^application\/json\s*(;|$)/i.test(asked.contentType)) throw new Refusal(47001);
  return readObject(parsed(asked.body), keys);
}

/**
 * @throws {Refusal} where it is no object, or has other keys
 */
export function readObject(value: unknown, keys: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Refusal(47001);
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown !== undefined) throw new Refusal(40097, `: ${unknown} is unknown`);
  return value as Readonly<Record<string, unknown>>;
}

/**
 * Reads a text of an object.
 *
 * @throws {Refusal} where it is missing, empty, or something else
 */
export function readText(object: Readonly<Record<string, unknown>>, key: string): string {
  const value = object[key];
  if (value === undefined || value === "") throw new Refusal(LACKS[key] ?? 40097, `: no ${key}`);
  if (typeof value !== "string") throw new Refusal(47001);
  return value;
}

/** WeChat calls JSON plain text in what belongs to a login. */
export function json(path: string, body: Readonly<Record<string, unknown>>): Answered {
  const type = path.startsWith("/sns/") ? "text/plain" : "application/json; encoding=utf-8";
  return { status: 200, type, body: JSON.stringify(body) };
}

/** A page that tells the person something. */
export function page(text: string): Answered {
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

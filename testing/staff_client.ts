/**
 * Staff of the end-to-end suites: people who log in to the API with a browser, and links that make them members.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import { TOTP } from "otpauth";
import { isDeclared } from "./declared_answers.ts";
import { api } from "./api.ts";
import type { Message } from "./page.ts";
import { TOKEN } from "./program.ts";
import { until } from "./until.ts";
import { PASSWORD } from "./rigs/staff.ts";

export { PASSWORD };

/** An answer of the API, with what a browser sees of it. */
export interface StaffAnswer {
  readonly status: number;
  readonly type: string;
  readonly headers: Headers;
  // deno-lint-ignore no-explicit-any
  readonly body: any;
}

/** How a browser calls. */
interface CallOptions {
  readonly body?: unknown;
  /** In place of what the browser would send; `null`: it does not send it. */
  readonly headers?: Readonly<Record<string, string | null>>;
}

/** Where the program is. */
interface Place {
  readonly url: string;
}

/** A browser of a member of staff, with its cookies. */
export class StaffBrowser {
  readonly program: Place;
  /** The cookie that the program has set. */
  cookie: string | undefined;
  /** What it sends with each request, such as where a trusted proxy says that it is. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(program: Place, headers: Readonly<Record<string, string>> = {}) {
    this.program = program;
    this.headers = headers;
  }

  /** The same session at another program. */
  at(program: Place): StaffBrowser {
    const other = new StaffBrowser(program, this.headers);
    other.cookie = this.cookie;
    return other;
  }

  /** Calls the API, as a page of the program does. The answer must be what its route declares. */
  async call(method: string, path: string, { body, headers = {} }: CallOptions = {}): Promise<StaffAnswer> {
    const usual = {
      "content-type": "application/json",
      origin: this.program.url,
      ...this.cookie === undefined ? {} : { cookie: this.cookie },
      ...this.headers,
    };
    const sent = Object.entries({ ...usual, ...headers }).filter((header): header is [string, string] =>
      header[1] !== null
    );
    const response = await fetch(`${this.program.url}/api/v1${path}`, {
      method,
      headers: sent,
      ...body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) },
    });
    const text = await response.text();
    const answer = {
      status: response.status,
      type: response.headers.get("content-type") ?? "",
      headers: response.headers,
      body: text === "" ? undefined : JSON.parse(text),
    };
    isDeclared(method, path, answer);
    const [set] = response.headers.getSetCookie();
    if (set !== undefined) this.cookie = set.split(";")[0];
    return answer;
  }

  /** Tries to log in. */
  async logIn(login: string, more: { password?: string; code?: string } = {}): Promise<StaffAnswer> {
    return await this.call("POST", "/session", { body: { login, password: PASSWORD, ...more } });
  }

  /** Uses a link, with a new account. */
  async join(link: string, login: string, more: Message = {}): Promise<StaffAnswer> {
    const body = { secret: secretOf(link), login, name: login, password: PASSWORD, ...more };
    return await this.call("POST", "/invitations/accept", { body });
  }

  /** Sets a second factor up. @returns its secret, the code that confirmed it, and the recovery codes */
  async secondFactor(): Promise<{ secret: string; code: string; recoveryCodes: string[] }> {
    const begun = await this.call("POST", "/account/second-factor", { body: { password: PASSWORD } });
    equal(begun.status, 201, JSON.stringify(begun.body));
    const { secret } = begun.body;
    const code = codeOf(secret);
    const done = await this.call("POST", "/account/second-factor/confirm", { body: { code } });
    equal(done.status, 200, JSON.stringify(done.body));
    return { secret, code, recoveryCodes: done.body.recoveryCodes };
  }
}

/** The code that an authenticator shows, so many steps from now. */
export function codeOf(secret: string, steps = 0): string {
  return new TOTP({ secret }).generate({ timestamp: Date.now() + steps * 30_000 });
}

/** What lets somebody in of a link. */
export function secretOf(link: string): string {
  return link.split("#")[1] ?? "";
}

/** The link of the first owner, as the terminal prints it. */
export async function ownerLink(program: { readonly out: readonly string[] }): Promise<string> {
  const line = await until(() => program.out.find((line) => line.startsWith("first owner: ")), {
    saw: () => program.out,
  });
  return /(\S+\/console\/join#[\w-]{43}) /.exec(line)?.[1] ?? "";
}

/** The first owner, who has just come in by the link that the terminal printed. */
export async function firstOwner(
  program: Place & { readonly out: readonly string[] },
  login = "owner@example.com",
  headers: Readonly<Record<string, string>> = {},
): Promise<StaffBrowser> {
  const owner = new StaffBrowser(program, headers);
  const joined = await owner.join(await ownerLink(program), login);
  equal(joined.status, 201, JSON.stringify(joined.body));
  return owner;
}

/** A link that makes a member, from the service's own token. @param options.organization @default {the first one} */
export async function linkOf(
  program: Place,
  grant: Message,
  { organization = "main" }: { organization?: string } = {},
): Promise<string> {
  const { status, body } = await api(program, "POST", "/invitations", {
    body: grant,
    headers: { "kaigui-organization": organization },
  });
  equal(status, 201, JSON.stringify(body));
  return body.link;
}

/** A new member with that role. */
export async function member(
  program: Place,
  login: string,
  grant: Message,
  { organization = "main", headers = {} }: { organization?: string; headers?: Record<string, string> } = {},
): Promise<StaffBrowser> {
  const browser = new StaffBrowser(program, headers);
  const joined = await browser.join(await linkOf(program, grant, { organization }), login);
  equal(joined.status, 201, JSON.stringify(joined.body));
  return browser;
}

/** A second organization, made by the service's own token. */
export async function addOrganization(program: Place, id: string): Promise<void> {
  const { status, body } = await api(program, "POST", "/organizations", { body: { id, name: id } });
  equal(status, 201, JSON.stringify(body));
}

/** A token of a program, made by the service's own token. */
export async function newToken(
  program: Place,
  grant: Message,
  organization = "main",
): Promise<{ id: string; token: string }> {
  const { status, body } = await api(program, "POST", "/tokens", {
    body: { name: "of the tests", ...grant },
    headers: { "kaigui-organization": organization },
  });
  equal(status, 201, JSON.stringify(body));
  return body;
}

/** Headers of a call with a token. */
export function bearer(token: string = TOKEN): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}

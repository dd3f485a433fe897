/**
 * Which path is about what.
 *
 * @module
 */
import type { Answered, Asked } from "../exchange.ts";
import type { GlobalTokens } from "./global_tokens.ts";
import type { JsSdk } from "./js_sdk.ts";
import type { MiniProgram } from "./mini_program.ts";
import type { PageLogin } from "./page_login.ts";
import type { QrCodes } from "./qr_codes.ts";
import { Refusal } from "../refusal.ts";
import type { TemplateMessages } from "./template_messages.ts";

/** What can be called; calls are counted and faults are put by these. */
export const PATHS = {
  authorize: "/connect/oauth2/authorize",
  accessToken: "/sns/oauth2/access_token",
  userinfo: "/sns/userinfo",
  stableToken: "/cgi-bin/stable_token",
  ticket: "/cgi-bin/ticket/getticket",
  template: "/cgi-bin/message/template/send",
  qrCode: "/cgi-bin/qrcode/create",
  miniSession: "/sns/jscode2session",
} as const;

/** Who serves. */
export interface Parts {
  readonly login: PageLogin;
  readonly tokens: GlobalTokens;
  readonly jsSdk: JsSdk;
  readonly messages: TemplateMessages;
  readonly qrCodes: QrCodes;
  readonly mini: MiniProgram;
}

interface Desk {
  readonly method: "GET" | "POST";
  readonly serve: (asked: Asked) => Answered;
}

/** Returns what serves a request, or throws a {@linkcode Refusal}. */
export function openDesks(
  { login, tokens, jsSdk, messages, qrCodes, mini }: Parts,
): (asked: Asked) => Answered {
  const desks: Readonly<Record<string, Desk>> = {
    [PATHS.authorize]: { method: "GET", serve: (asked) => login.authorize(asked) },
    [PATHS.accessToken]: { method: "GET", serve: (asked) => login.accessToken(asked) },
    [PATHS.userinfo]: { method: "GET", serve: (asked) => login.userinfo(asked) },
    [PATHS.stableToken]: { method: "POST", serve: (asked) => tokens.stableToken(asked) },
    [PATHS.ticket]: { method: "GET", serve: (asked) => jsSdk.getTicket(asked) },
    [PATHS.template]: { method: "POST", serve: (asked) => messages.send(asked) },
    [PATHS.qrCode]: { method: "POST", serve: (asked) => qrCodes.create(asked) },
    [PATHS.miniSession]: { method: "GET", serve: (asked) => mini.session(asked) },
  };
  return (asked) => {
    const desk = desks[asked.path];
    if (!desk) throw new Refusal(40066);
    if (asked.method !== desk.method) throw new Refusal(desk.method === "GET" ? 43001 : 43002);
    return desk.serve(asked);
  };
}

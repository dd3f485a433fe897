/**
 * The paths of WeChat's API, and what handles each.
 *
 * @module
 */
import type { WechatAnswer, WechatRequest } from "../exchange.ts";
import type { GlobalTokens } from "./global_tokens.ts";
import type { JsSdk } from "./js_sdk.ts";
import type { MiniProgram } from "./mini_program.ts";
import type { PageLogin } from "./page_login.ts";
import type { QrCodes } from "./qr_codes.ts";
import { Refusal } from "../refusal.ts";
import type { TemplateMessages } from "./template_messages.ts";

/** The paths, by which tests count calls and set faults. */
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

/** The parts that handle calls. */
export interface Services {
  readonly login: PageLogin;
  readonly tokens: GlobalTokens;
  readonly jsSdk: JsSdk;
  readonly messages: TemplateMessages;
  readonly qrCodes: QrCodes;
  readonly mini: MiniProgram;
}

interface Handler {
  readonly method: "GET" | "POST";
  readonly serve: (request: WechatRequest) => WechatAnswer;
}

/** Makes the function that handles all requests. It throws a {@linkcode Refusal} where WeChat refuses. */
export function createHandler(
  { login, tokens, jsSdk, messages, qrCodes, mini }: Services,
): (request: WechatRequest) => WechatAnswer {
  const handlers: Readonly<Record<string, Handler>> = {
    [PATHS.authorize]: { method: "GET", serve: (request) => login.authorize(request) },
    [PATHS.accessToken]: { method: "GET", serve: (request) => login.accessToken(request) },
    [PATHS.userinfo]: { method: "GET", serve: (request) => login.userinfo(request) },
    [PATHS.stableToken]: { method: "POST", serve: (request) => tokens.stableToken(request) },
    [PATHS.ticket]: { method: "GET", serve: (request) => jsSdk.getTicket(request) },
    [PATHS.template]: { method: "POST", serve: (request) => messages.send(request) },
    [PATHS.qrCode]: { method: "POST", serve: (request) => qrCodes.create(request) },
    [PATHS.miniSession]: { method: "GET", serve: (request) => mini.session(request) },
  };
  return (request) => {
    const handler = handlers[request.path];
    if (!handler) throw new Refusal(40066);
    if (request.method !== handler.method) throw new Refusal(handler.method === "GET" ? 43001 : 43002);
    return handler.serve(request);
  };
}

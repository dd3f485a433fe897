/**
 * People: their sessions, their page and its socket.
 *
 * @module
 */
export { SubscriberRegistry } from "./socket/cabinet_subscribers.ts";
export type { AccountSide, UsersContext, WechatSide } from "./context.ts";
export { CopyLinks } from "./session/copy_links.ts";
export { LoginStates } from "./session/login_state.ts";
export { htmlAnswer, languageOf } from "./pages.ts";
export type { CredentialRefusal } from "./session/rejected_credentials.ts";
export { userRoutes } from "./routes.ts";
export { Sessions } from "./session/session.ts";

/**
 * People: their sessions, their page and its socket.
 *
 * @module
 */
export { Attendance } from "./attendance.ts";
export { Audiences } from "./audience.ts";
export type { AccountSide, UsersContext, WechatSide } from "./context.ts";
export { LoginStates } from "./login_state.ts";
export { languageOf } from "./pages.ts";
export type { Refusal } from "./refusals.ts";
export { userRoutes } from "./routes.ts";
export { Sessions } from "./session.ts";

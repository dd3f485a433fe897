/**
 * People: their sessions, their page and its socket.
 *
 * @module
 */
export { Attendance } from "./attendance.ts";
export { Audiences } from "./audience.ts";
export { userRoutes, type UsersContext } from "./routes.ts";
export { Sessions } from "./session.ts";

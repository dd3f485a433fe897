/**
 * People: their sessions, their page and its socket.
 *
 * @module
 */
export { Audiences } from "./audience.ts";
export { userRoutes, type UsersContext } from "./routes.ts";
export { Sessions } from "./session.ts";

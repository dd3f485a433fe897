/**
 * The HTTP port and all who connect to it, until a route knows who they are.
 *
 * @module
 */
export type { HangUp } from "./connection.ts";
export { HttpServer, type HttpServerOptions } from "./http_server.ts";
export type { Handler } from "./node_server.ts";

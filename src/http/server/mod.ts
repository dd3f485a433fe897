/**
 * The edge: the HTTP port and everybody who connects to it, until a route knows who it is.
 *
 * @module
 */
export type { HangUp } from "./connection.ts";
export { HttpServer, type HttpServerOptions } from "./http_server.ts";
export type { Handler } from "./node_server.ts";

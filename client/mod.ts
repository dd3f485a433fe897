/**
 * The client of Kaigui's REST API: an operation is a method of `Kaigui`, named as the OpenAPI document names it.
 *
 * @module
 */
export { type Client, type Config, createClient } from "./generated/client/index.ts";
export * from "./generated/index.ts";

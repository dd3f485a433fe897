/**
 * The operator: the REST API, the feed and the raw line.
 *
 * @module
 */
export { AccessControl } from "./access.ts";
export { operatorApi } from "./api.ts";
export type { OperatorContext, ProgramHere } from "./context.ts";
export { Feeds } from "./feed/feeds.ts";
export { CabinetEtags } from "./routes/cabinets/etags.ts";
export { Refusals } from "./refusals.ts";
export { TokenCheck } from "./token_check.ts";

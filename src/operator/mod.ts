/**
 * The operator: the REST API and the raw line.
 *
 * @module
 */
export { operatorApi } from "./api.ts";
export type { OperatorContext, ProgramHere } from "./context.ts";
export { TokenCheck } from "./token_check.ts";

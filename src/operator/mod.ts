/**
 * The operator: the REST API and the raw line.
 *
 * @module
 */
export { operatorApi, type OperatorContext } from "./api.ts";

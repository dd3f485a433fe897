/**
 * One example of each body and of each answer, for the document.
 *
 * @module
 */
import { CABINETS } from "./cabinets.ts";
import { RECORDS } from "./records.ts";
import { STAFF } from "./staff.ts";

export { BODIES } from "./bodies.ts";

/** An example of each answer, by the name of its schema. */
export const ANSWERS: Readonly<Record<string, unknown>> = { ...CABINETS, ...RECORDS, ...STAFF };

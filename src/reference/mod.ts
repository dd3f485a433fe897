/**
 * The reference of the API: its OpenAPI document as a page. `web/build.ts` writes it into `dist/`.
 *
 * @module
 */
export type { ApiDocument } from "./document.ts";
export { renderReference } from "./page.tsx";

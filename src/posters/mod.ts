/**
 * What hangs on the cabinets, ready to print: who scans the code reads how to go on.
 *
 * @module
 */
export { POSTERS_POLICY, renderPosters } from "./document.tsx";
export type { Poster, PosterLayout } from "./poster.ts";

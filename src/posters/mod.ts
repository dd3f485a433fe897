/**
 * Posters and stickers for cabinets, ready to print: the cabinet's code, and how to use it.
 *
 * @module
 */
export { POSTERS_POLICY, renderPosters } from "./document.tsx";
export type { Poster, PosterLayout } from "./poster.ts";

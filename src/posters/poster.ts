import type { Contact, Mode } from "../cabinet/types.ts";

/** One cabinet on paper. */
export interface Poster {
  readonly id: string;
  readonly name: string;
  readonly mode: Mode;
  /** `null`: the operator says none. */
  readonly contact: Contact | null;
  /** What its code says. */
  readonly link: string;
}

/** A poster with its code drawn. */
export interface DrawnPoster extends Poster {
  /** An SVG element. */
  readonly code: string;
}

/** `sheet`: an A4 sheet for each cabinet. `sticker`: squares of 100 mm to cut out, four on a sheet. */
export type PosterLayout = "sheet" | "sticker";

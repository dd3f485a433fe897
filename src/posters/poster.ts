import type { Contact, Mode } from "../cabinet/types.ts";

/** A cabinet's poster. */
export interface Poster {
  readonly id: string;
  readonly name: string;
  readonly mode: Mode;
  /** `null`: the operator gives none. */
  readonly contact: Contact | null;
  /** The text of its code. */
  readonly link: string;
}

/** A poster with its QR code. */
export interface DrawnPoster extends Poster {
  /** The QR code as an SVG element. */
  readonly code: string;
}

/** `sheet`: an A4 sheet for each cabinet. `sticker`: squares of 100 mm to cut out, four on a sheet. */
export type PosterLayout = "sheet" | "sticker";

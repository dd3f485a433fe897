import type { Lang, Texts } from "./texts.ts";
import { en } from "./texts_en.ts";
import { zh } from "./texts_zh.ts";

/** The texts by language. */
export const texts: Readonly<Record<Lang, Texts>> = { zh, en };

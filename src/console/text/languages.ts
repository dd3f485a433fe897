import type { Lang } from "../../page/text/texts.ts";
import type { JoinTexts } from "./texts.ts";
import { en } from "./texts_en.ts";
import { zh } from "./texts_zh.ts";

/** The texts by language. */
export const texts: Readonly<Record<Lang, JoinTexts>> = { zh, en };

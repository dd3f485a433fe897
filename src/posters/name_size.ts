/** The sizes of a printed name, each with the longest name that it is for, in widths of a Chinese character. */
const SIZES = [["short", 11], ["medium", 28], ["long", 72]] as const;

/** The size of a printed name, by its length. */
export type NameSize = (typeof SIZES)[number][0] | "longest";

/** Characters about as wide as high: East Asian ones, emoji, and the widest letters. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Extended_Pictographic}\u3000-\u303f\uff00-\uff60MW@%]/u;
/** The width of other characters, compared to their height, in a rather wide bold font. */
const OTHERS = 0.65;

/** The size at which the whole name fits on the poster. */
export function nameSize(name: string): NameSize {
  const width = [...name].reduce((sum, character) => sum + (WIDE.test(character) ? 1 : OTHERS), 0);
  return SIZES.find(([, widest]) => width <= widest)?.[0] ?? "longest";
}

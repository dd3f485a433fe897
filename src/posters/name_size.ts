/** The sizes in which a name is printed, with how long it may be for that, in Chinese characters. */
const SIZES = [["short", 11], ["medium", 28], ["long", 72]] as const;

/** How large a name can be printed. */
export type NameSize = (typeof SIZES)[number][0] | "longest";

/** Characters about as wide as they are high: East Asian ones, pictures, and the widest letters. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Extended_Pictographic}\u3000-\u303f\uff00-\uff60MW@%]/u;
/** How wide the others are, compared to their height, in a bold font that is rather wide. */
const OTHERS = 0.65;

/** The size for this name, such that all of it is on the poster. */
export function nameSize(name: string): NameSize {
  const width = [...name].reduce((sum, character) => sum + (WIDE.test(character) ? 1 : OTHERS), 0);
  return SIZES.find(([, widest]) => width <= widest)?.[0] ?? "longest";
}

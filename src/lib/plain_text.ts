/**
 * Text that shows all that is in it. Characters that are not seen, or that turn the text around them, make one name look
 * like another, and on a terminal they move the cursor and change what stands there.
 *
 * @module
 */

/**
 * Controls and halves of pairs, ends of lines and paragraphs, and what Unicode calls format characters and ignorable
 * by default, such as U+202E, U+2066, U+200B, U+FEFF, U+061C, U+00AD, U+3164 and tags. Then what it counts among letters
 * and signs, and is blank all the same: of Braille, of objects in the text, of hieroglyphs and of notes.
 */
const UNSEEN = String
  .raw`[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800\uFFFC\u{13441}\u{13442}\u{1D159}]`;
/** What looks like an emoji by itself, a skin colour too, or is made to: signs such as © are text otherwise. */
const EMOJI = String.raw`(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F)`;
/** Of what is not seen, what emoji and the forms of Chinese characters are made with: only there it changes what is seen. */
const SEEN = [
  String.raw`(?<=${EMOJI})\u200D(?=\p{Extended_Pictographic})`,
  String.raw`(?<=\p{Extended_Pictographic})[\uFE0E\uFE0F]`,
  String.raw`(?<=[0-9#*])\uFE0F(?=\u20E3)`,
  String.raw`(?<=\p{Script=Han})[\u{E0100}-\u{E01EF}]`,
].join("|");
const FIRST = new RegExp(`(?!${SEEN})${UNSEEN}`, "u");
const EVERY = new RegExp(FIRST, "gu");
/** Stands where bytes were that somebody on the way could not read. */
const REPLACEMENT = "\uFFFD";

/**
 * What is in the text that must not be in a name or a note, as a sentence without its subject.
 *
 * @param options.controls whether controls are right, as in what a device sends @default {false}
 * @returns `undefined`: nothing
 */
export function unseenIn(
  text: string,
  { controls = false }: { controls?: boolean } = {},
): string | undefined {
  if (text.includes(REPLACEMENT)) {
    return "has U+FFFD, which stands for bytes that were not UTF-8: write it anew";
  }
  const [found] = FIRST.exec(controls ? text.replace(/\p{Cc}/gu, " ") : text) ?? [];
  return found === undefined
    ? undefined
    : `has ${codePointOf(found)}, which is not seen or changes how text is shown: leave it out`;
}

/** The text without what is not seen. */
export function withoutUnseen(text: string): string {
  return text.replace(EVERY, "");
}

/** The text for a terminal: what is not seen is shown as U+FFFD. */
export function printable(text: string): string {
  return text.replace(EVERY, REPLACEMENT);
}

/** The same JSON, with what is not seen written as an escape. */
export function printableJson(json: string): string {
  // Line ends between the parts of JSON are layout; inside of its texts they are escaped already.
  return json.replace(EVERY, (found) => found === "\n" ? found : escapeOf(found));
}

function codePointOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

function escapeOf(character: string): string {
  return Array.from({ length: character.length }, (_, index) => {
    return `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`;
  }).join("");
}

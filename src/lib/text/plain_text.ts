/**
 * Text all of whose characters can be seen. Invisible characters, and those that reverse the text around them, make one name
 * look like another; on a terminal control characters move the cursor and overwrite what is there.
 *
 * @module
 */

/**
 * Control characters, halves of surrogate pairs, separators of lines and paragraphs, and what Unicode calls format
 * characters or ignorable by default, such as U+202E, U+2066, U+200B, U+FEFF, U+061C, U+00AD, U+3164 and tags. Then
 * characters that Unicode counts among letters and symbols though they are blank: of Braille, object replacement,
 * hieroglyphs and musical notes.
 */
const UNSEEN = String
  .raw`[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800\uFFFC\u{13441}\u{13442}\u{1D159}]`;
/** An emoji by itself, a skin colour too, or a symbol such as © that U+FE0F makes one. */
const EMOJI = String.raw`(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F)`;
/** Invisible characters that emoji and variants of Chinese characters are made with: only there do they change what is seen. */
const SEEN = [
  String.raw`(?<=${EMOJI})\u200D(?=\p{Extended_Pictographic})`,
  String.raw`(?<=\p{Extended_Pictographic})[\uFE0E\uFE0F]`,
  String.raw`(?<=[0-9#*])\uFE0F(?=\u20E3)`,
  String.raw`(?<=\p{Script=Han})[\u{E0100}-\u{E01EF}]`,
].join("|");
const FIRST = new RegExp(`(?!${SEEN})${UNSEEN}`, "u");
const EVERY = new RegExp(FIRST, "gu");
/** Stands for bytes that a decoder on the way could not read. */
const REPLACEMENT = "\uFFFD";

/**
 * What must not be in a name or a note and is in the text, as the end of a sentence whose subject is the field.
 *
 * @param options.controls whether control characters are allowed, as in what a device sends @default {false}
 * @returns `undefined` if there is nothing of the kind
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
    : `has ${codePointOf(found)}, which is invisible or changes how text is shown: leave it out`;
}

/** The text without its invisible characters. */
export function withoutUnseen(text: string): string {
  return text.replace(EVERY, "");
}

/** The text for a terminal: each invisible character is shown as U+FFFD. */
export function printable(text: string): string {
  return text.replace(EVERY, REPLACEMENT);
}

/** The same JSON, with each invisible character written as an escape. */
export function printableJson(json: string): string {
  // Line ends between the parts of JSON are layout; inside its strings they are escaped already.
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

import { XMLParser } from "fast-xml-parser";
import { WECHAT } from "../../lib/limits.ts";

/** A pushed message is not WeChat's, or not for this service. The error has nothing of the message's content. */
export class BadPushError extends Error {
  override readonly name = "BadPushError";
}

const PARSER = new XMLParser({
  ignoreDeclaration: true,
  ignorePiTags: true,
  parseTagValue: false,
  processEntities: false,
});

/**
 * Parses the text into an object with the elements' names as keys. WeChat uses a subset of XML: one element with fields,
 * without attributes, entities or a document type.
 *
 * @throws {BadPushError} if the text is too long, not XML, or outside of that subset
 */
export function readXml(text: string): unknown {
  // It has at least as many bytes.
  if (text.length > WECHAT.pushBytesMax) throw new BadPushError("The message is too long");
  // A document type may define entities that expand without limit.
  if (outsideOfCdata(text).includes("<!")) {
    throw new BadPushError("The message has a document type or a comment");
  }
  try {
    return PARSER.parse(text);
  } catch {
    throw new BadPushError("The message is not XML");
  }
}

/** Not a regular expression: that would search for the end again and again. */
function outsideOfCdata(text: string): string {
  const [before = "", ...sections] = text.split("<![CDATA[");
  return before + sections.map((section) => section.slice(section.indexOf("]]>") + 1)).join("");
}

/** The XML of a field with this text. */
export function field(name: string, text: string): string {
  return `<${name}><![CDATA[${
    withoutInvalidCharacters(text).replaceAll("]]>", "]]]]><![CDATA[>")
  }]]></${name}>`;
}

/** Removes the characters that XML cannot have. */
function withoutInvalidCharacters(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.toWellFormed().replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "");
}

/**
 * XML as far as WeChat uses it: one element with fields, without attributes, entities or a document type.
 *
 * @module
 */
import { XMLParser } from "fast-xml-parser";
import { WECHAT } from "../../lib/limits.ts";
import { BadPushError } from "./bad_push_error.ts";

const PARSER = new XMLParser({
  ignoreDeclaration: true,
  ignorePiTags: true,
  parseTagValue: false,
  processEntities: false,
});

/**
 * What stands in the text, by the names of the elements.
 *
 * @throws {BadPushError} if it is too long, no XML, or more of XML than WeChat uses
 */
export function readXml(text: string): unknown {
  // In bytes it is as long at least.
  if (text.length > WECHAT.pushBytesMax) throw new BadPushError("The message is too long");
  // A document type may have entities that grow without end.
  if (outsideOfCdata(text).includes("<!")) {
    throw new BadPushError("The message has a document type or a comment");
  }
  try {
    return PARSER.parse(text);
  } catch {
    throw new BadPushError("The message is no XML");
  }
}

/** Without patterns that would look for an end again and again. */
function outsideOfCdata(text: string): string {
  const [before = "", ...sections] = text.split("<![CDATA[");
  return before + sections.map((section) => section.slice(section.indexOf("]]>") + 1)).join("");
}

/** A field with any text in it. */
export function field(name: string, text: string): string {
  return `<${name}><![CDATA[${fitting(text).replaceAll("]]>", "]]]]><![CDATA[>")}]]></${name}>`;
}

/** Without what XML has no way to say. */
function fitting(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.toWellFormed().replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "");
}

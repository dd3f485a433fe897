/**
 * The flat XML in which WeChat and a service write to each other.
 *
 * @module
 */

/** The elements' values. Numbers are written as they are, texts as CDATA. */
export type Fields = Readonly<Record<string, string | number | bigint>>;

const ELEMENT = /\s*<(\w+)>((?:<!\[CDATA\[.*?\]\]>|[^<])*)<\/\1>/gs;
/** A card's elements are read as the message's own, since there is one card. */
const CARDS = /<\/?(?:Articles|item)>/g;
const CDATA = /<!\[CDATA\[(.*?)\]\]>/gs;
const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

export function writeXml(fields: Fields): string {
  const elements = Object.entries(fields).map(([name, value]) => `<${name}>${written(value)}</${name}>`);
  return `<xml>${elements.join("\n")}\n</xml>`;
}

/** @throws {SyntaxError} if the text is not such XML */
export function readXml(xml: string): Readonly<Record<string, string>> {
  const inner = /^\s*<xml>(.*)<\/xml>\s*$/s.exec(xml)?.[1]?.replaceAll(CARDS, "");
  if (inner?.replaceAll(ELEMENT, "").trim() !== "") throw new SyntaxError(`Not WeChat's XML: ${xml}`);
  return Object.fromEntries([...inner.matchAll(ELEMENT)].map(([, name, value = ""]) => [name, read(value)]));
}

function written(value: Fields[string]): string {
  if (typeof value !== "string") return String(value);
  return `<![CDATA[${value.replaceAll("]]>", "]]]]><![CDATA[>")}]]>`;
}

function read(value: string): string {
  return value.split(CDATA).map((part, index) => index % 2 === 1 ? part : unescaped(part)).join("");
}

function unescaped(text: string): string {
  return text.replaceAll(/&(\w+);/g, (entity, name) => ENTITIES[name] ?? entity);
}

/**
 * Plain data as bytes: JSON, in which a `Map` and a `Uint8Array` are records with one key, `$map` and `$bytes`. A
 * caller's own record whose only key begins with `$` gets another `$` before it, so it is never taken for one of these.
 *
 * @module
 */

/** How deep records, lists and maps may nest: far deeper than any message, far less than the stack allows. */
const DEPTH_MAX = 64;

type JsonValue = null | boolean | number | string | readonly JsonValue[] | {
  readonly [key: string]: JsonValue;
};

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Encodes plain data. Properties that are `undefined` are left out.
 *
 * @throws {TypeError} if the value is not plain data, such as a `Date`, or is nested too deep, as a cyclic one is
 */
export function encode(value: unknown): Uint8Array<ArrayBuffer> {
  return encoder.encode(JSON.stringify(toJson(value, 0)));
}

/**
 * Decodes what {@linkcode encode} made.
 *
 * @throws {SyntaxError} if the bytes are not of that form; the message does not repeat them
 */
export function decode(bytes: Uint8Array): unknown {
  try {
    return fromJson(parse(bytes), 0);
  } catch (error) {
    const why = error instanceof UndecodableError ? error.message : "they are not plain data";
    throw new SyntaxError(`Cannot read ${bytes.length} bytes: ${why}`);
  }
}

/** Its message says why bytes cannot be decoded. */
class UndecodableError extends Error {}

function parse(bytes: Uint8Array): JsonValue {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    throw new UndecodableError("they are not JSON");
  }
}

function toJson(value: unknown, depth: number): JsonValue {
  if (typeof value === "string" || typeof value === "boolean" || value === null) return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (typeof value !== "object") {
    throw new TypeError(`Cannot encode a ${typeof value} such as ${String(value)}`);
  }
  if (depth === DEPTH_MAX) throw new TypeError(`Cannot encode data that is nested deeper than ${DEPTH_MAX}`);
  if (Array.isArray(value)) return Array.from(value, (item) => toJson(item, depth + 1));
  if (value instanceof Uint8Array) return { $bytes: value.toBase64() };
  if (value instanceof Map) {
    return { $map: Array.from(value, ([key, item]) => [toJson(key, depth + 1), toJson(item, depth + 1)]) };
  }
  return fromRecord(value, depth);
}

function fromRecord(value: object, depth: number): JsonValue {
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError(`Cannot encode a ${prototype.constructor?.name}`);
  }
  const entries = Object.entries(value).flatMap(([key, item]): [string, JsonValue][] =>
    item === undefined ? [] : [[key, toJson(item, depth + 1)]]
  );
  const [first] = entries;
  if (first && entries.length === 1 && first[0].startsWith("$")) first[0] = `$${first[0]}`;
  return Object.fromEntries(entries);
}

function fromJson(json: JsonValue, depth: number): unknown {
  if (typeof json !== "object" || json === null) return json;
  if (depth === DEPTH_MAX) throw new UndecodableError(`they are nested deeper than ${DEPTH_MAX}`);
  if (Array.isArray(json)) return json.map((item) => fromJson(item, depth + 1));
  const entries = Object.entries(json);
  const [first] = entries;
  if (first && entries.length === 1 && first[0].startsWith("$")) return fromTagged(...first, depth);
  return Object.fromEntries(entries.map(([key, item]) => [key, fromJson(item, depth + 1)]));
}

function fromTagged(key: string, json: JsonValue, depth: number): unknown {
  if (key.startsWith("$$")) return { [key.slice(1)]: fromJson(json, depth + 1) };
  if (key === "$bytes" && typeof json === "string") return bytesOf(json);
  if (key === "$map" && Array.isArray(json)) return new Map(json.map((entry) => entryOf(entry, depth + 1)));
  throw new UndecodableError("a record has an unknown tag");
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.fromBase64(base64);
  } catch {
    throw new UndecodableError("a $bytes is not base64");
  }
}

function entryOf(json: JsonValue, depth: number): [unknown, unknown] {
  if (!Array.isArray(json) || json.length !== 2) {
    throw new UndecodableError("an entry of a $map is not a pair");
  }
  return [fromJson(json[0], depth), fromJson(json[1], depth)];
}

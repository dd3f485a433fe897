/**
 * Plain data as bytes: JSON, in which a `Map` and a `Uint8Array` are records with one key, `$map` and `$bytes`. A
 * record of somebody's own whose only key begins with `$` gets another `$` before it, so it is never taken for one.
 *
 * @module
 */

/** How deep records, lists and maps may be in one another: far more than any message, far less than the stack. */
const DEPTH_MAX = 64;

type JsonValue = null | boolean | number | string | readonly JsonValue[] | {
  readonly [key: string]: JsonValue;
};

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Plain data as bytes. Properties that are `undefined` are left out.
 *
 * @throws {TypeError} if it is anything else, such as a `Date`, or too deep, as what contains itself is
 */
export function encode(value: unknown): Uint8Array<ArrayBuffer> {
  return encoder.encode(JSON.stringify(toJson(value, 0)));
}

/**
 * What {@linkcode encode} made these bytes of. The error does not repeat them.
 *
 * @throws {SyntaxError} if it did not
 */
export function decode(bytes: Uint8Array): unknown {
  try {
    return fromJson(parse(bytes), 0);
  } catch (error) {
    const why = error instanceof UndecodableError ? error.message : "they are not plain data";
    throw new SyntaxError(`Cannot read ${bytes.length} bytes: ${why}`);
  }
}

/** Why bytes are not read. */
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
  if (depth === DEPTH_MAX) throw new TypeError(`Cannot encode what is deeper than ${DEPTH_MAX}`);
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
  if (depth === DEPTH_MAX) throw new UndecodableError(`it is deeper than ${DEPTH_MAX}`);
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
  throw new UndecodableError("a record in it is of a kind that is not known");
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.fromBase64(base64);
  } catch {
    throw new UndecodableError("bytes in it are not base64");
  }
}

function entryOf(json: JsonValue, depth: number): [unknown, unknown] {
  if (!Array.isArray(json) || json.length !== 2) {
    throw new UndecodableError("a map in it has what is no entry");
  }
  return [fromJson(json[0], depth), fromJson(json[1], depth)];
}

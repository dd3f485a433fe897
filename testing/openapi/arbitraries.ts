/**
 * Values that a schema of the document allows, as fast-check draws them. The packages that do this know older drafts, or are
 * not kept any more; zod writes a small part of JSON schema, and what it does not write is refused here.
 *
 * @module
 */
import * as fc from "fast-check";
import type { Schema } from "./operations.ts";

type Arbitrary = fc.Arbitrary<unknown>;

/** Stands for a value that is known by the time the request is sent. */
export class Known {
  readonly name: string;
  /** Chooses among the values. */
  readonly n: number;
  /** What a known value has to be like. */
  readonly schema: Schema;
  /** What is sent where no value is known that is like that. */
  readonly otherwise: unknown;

  constructor(name: string, { n, schema, otherwise }: { n: number; schema: Schema; otherwise: unknown }) {
    this.name = name;
    this.n = n;
    this.schema = schema;
    this.otherwise = otherwise;
  }
}

/** What a field's values are drawn from in place of all that its schema allows, by the field's name. */
export type Preferences = Readonly<Record<string, Arbitrary>>;

const KEYWORDS = new Set(
  ("type properties required additionalProperties propertyNames items minItems maxItems minLength maxLength pattern " +
    "format minimum maximum enum const anyOf oneOf default description examples").split(" "),
);
/** Longer lists and texts are allowed, and drawn seldom. */
const LENGTH = { short: 12, long: 2_000, items: 4 };
const SAFE = { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER };

/** Draws values by schemas. */
export class Arbitraries {
  readonly #preferred: Preferences;

  constructor(preferred: Preferences = {}) {
    this.#preferred = preferred;
  }

  /**
   * A value of this name: one that is known, where there is one, or any that the schema allows.
   *
   * @param any what else is drawn @default {all that the schema allows}
   * @throws {TypeError} if the schema says something that is not understood here
   */
  named(name: string, schema: Schema, any = this.of(schema)): Arbitrary {
    const preferred = this.#preferred[name];
    if (preferred) return preferred;
    if (!isSimple(schema)) return any;
    const known = fc.tuple(fc.nat(), any).map(([n, otherwise]) => new Known(name, { n, schema, otherwise }));
    return fc.oneof({ arbitrary: known, weight: 4 }, { arbitrary: any, weight: 1 });
  }

  /** @throws {TypeError} if the schema says something that is not understood here */
  of(schema: Schema, name = ""): Arbitrary {
    const foreign = Object.keys(schema).filter((keyword) => !KEYWORDS.has(keyword));
    if (foreign.length > 0) throw new TypeError(`Cannot draw by ${foreign}: ${JSON.stringify(schema)}`);
    if ("const" in schema) return fc.constant(schema["const"]);
    if (schema["enum"]) return fc.constantFrom(...schema["enum"] as unknown[]);
    const choices = (schema["anyOf"] ?? schema["oneOf"]) as Schema[] | undefined;
    if (choices) return fc.oneof(...choices.map((choice) => this.#choice(choice, name)));
    const types = [schema["type"]].flat() as string[];
    return fc.oneof(...types.map((type) => this.#ofType(type, schema, name)));
  }

  #choice(schema: Schema, name: string): Arbitrary {
    return name === "" ? this.of(schema) : this.named(name, schema);
  }

  #ofType(type: string | undefined, schema: Schema, name: string): Arbitrary {
    switch (type) {
      case undefined:
        return fc.jsonValue({ maxDepth: 2 });
      case "null":
        return fc.constant(null);
      case "boolean":
        return fc.boolean();
      case "integer":
        return fc.integer(range(schema));
      case "number":
        return fc.double({ ...range(schema), noNaN: true, noDefaultInfinity: true });
      case "string":
        return texts(schema);
      case "array":
        return this.#list(schema, name);
      case "object":
        return this.#object(schema);
      default:
        throw new TypeError(`Cannot draw a ${type}`);
    }
  }

  #list({ items, minItems = 0, maxItems = Infinity }: Schema, name: string): Arbitrary {
    const minLength = minItems as number;
    const most = Math.max(minLength, Math.min(maxItems as number, LENGTH.items));
    const item = this.#choice(items as Schema, name);
    return fc.array(item, { minLength, maxLength: most });
  }

  #object({ properties = {}, required = [], additionalProperties }: Schema): Arbitrary {
    const fields = Object.entries(properties as Record<string, Schema>);
    if (fields.length === 0 && typeof additionalProperties === "object") {
      return fc.dictionary(fc.string({ maxLength: LENGTH.short }), this.of(additionalProperties as Schema), {
        maxKeys: LENGTH.items,
      });
    }
    const model = Object.fromEntries(fields.map(([name, schema]) => [name, this.#field(name, schema)]));
    return fc.record(model, { requiredKeys: required as string[], noNullPrototype: true });
  }

  #field(name: string, schema: Schema): Arbitrary {
    return this.#preferred[name] ?? (isSimple(schema) ? this.named(name, schema) : this.of(schema, name));
  }
}

/** Whether a value is a text or a number that an answer may have had. */
function isSimple({ type, enum: values }: Schema): boolean {
  return (type === "string" || type === "integer") && values === undefined;
}

function range({ minimum, maximum }: Schema): { min: number; max: number } {
  return { min: minimum as number ?? SAFE.min, max: maximum as number ?? SAFE.max };
}

function texts({ pattern, format, minLength = 0, maxLength = Infinity }: Schema): fc.Arbitrary<string> {
  const isShort = (text: string) => text.length <= (maxLength as number);
  if (format === "date-time") return moments(new RegExp(pattern as string, "u"));
  if (format === "ipv6" || format === "cidrv6") return networks(format).filter((text) => text !== "");
  if (pattern !== undefined) return matching(pattern as string).filter(isShort);
  const bounds = { minLength: minLength as number, maxLength: Math.min(maxLength as number, LENGTH.long) };
  const usual = {
    ...bounds,
    maxLength: Math.min(bounds.maxLength, Math.max(bounds.minLength, LENGTH.short)),
  };
  const drawn = fc.oneof(
    { arbitrary: fc.string({ ...usual, unit: "grapheme-ascii" }), weight: 30 },
    { arbitrary: fc.string({ ...usual, unit: "grapheme" }), weight: 15 },
    { arbitrary: fc.string({ ...usual, unit: "binary" }), weight: 5 },
    { arbitrary: fc.string({ ...bounds, size: "max", unit: "grapheme-ascii" }), weight: 5 },
    { arbitrary: fc.constant("\ud800".padEnd(bounds.minLength, "x")), weight: 1 },
  );
  // What a person takes for one character may be several of JSON schema's.
  return drawn.filter((text) => [...text].length <= bounds.maxLength);
}

/** Times of the years 0 to 9999, and most of them of these years, in UTC and, where the pattern has them, with an offset. */
function moments(pattern: RegExp): fc.Arbitrary<string> {
  const within = (min: string, max: string) =>
    fc.date({ min: new Date(min), max: new Date(max), noInvalidDate: true }).map((date) =>
      date.toISOString()
    );
  const times = fc.oneof(
    { arbitrary: within("2024-01-01T00:00:00Z", "2030-01-01T00:00:00Z"), weight: 4 },
    { arbitrary: within("0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z"), weight: 1 },
  );
  const written = fc.tuple(times, fc.constantFrom("Z", "Z", "+08:00", "-03:30"), fc.boolean()).map((
    [time, zone, isShort],
  ) => `${isShort ? time.slice(0, -5) : time.slice(0, -1)}${zone}`);
  return written.filter((text) => pattern.test(text));
}

function networks(format: "ipv6" | "cidrv6"): fc.Arbitrary<string> {
  // Addresses with a part in decimals are not written so.
  const addresses = fc.ipV6().filter((text) => !text.includes("."));
  return format === "ipv6"
    ? addresses
    : fc.tuple(addresses, fc.integer({ min: 0, max: 128 })).map((parts) => parts.join("/"));
}

/** What matches, where a look ahead is looked at afterwards: fast-check draws none by it. */
function matching(pattern: string): fc.Arbitrary<string> {
  const whole = new RegExp(pattern, "u");
  const drawn = pattern.replace(/^\^\(\?=.*\)\{\d\}\)/, "^");
  return fc.stringMatching(new RegExp(drawn, "u")).filter((text) => whole.test(text));
}

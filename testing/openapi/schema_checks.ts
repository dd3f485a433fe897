/**
 * Whether values are as the document's schemas say.
 *
 * @module
 */
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { Schema } from "./operations.ts";

const COMPONENTS = "#/components/schemas/";
/** Formats of zod that no standard has: their schemas have a `pattern` beside. */
const FORMATS_BESIDE = ["cidrv4", "cidrv6"];

/** What is wrong with a value; empty: nothing. */
export type Mistakes = string;

/** Checks values by schemas, which may refer to those of the document. */
export class SchemaChecks {
  readonly #ajv = new Ajv2020({ allowUnionTypes: true, allErrors: true });
  readonly #checks = new Map<Schema, ValidateFunction>();

  /** @param components the document's schemas, by name */
  constructor(components: Readonly<Record<string, Schema>>) {
    addFormats.default(this.#ajv);
    for (const format of FORMATS_BESIDE) this.#ajv.addFormat(format, true);
    for (const [name, schema] of Object.entries(components)) this.#ajv.addSchema(closed(schema), name);
  }

  /** Whether a request may have the value. */
  ofRequest(schema: Schema, value: unknown): Mistakes {
    return this.#mistakes(schema, value, (schema) => schema);
  }

  /**
   * Whether an answer may have the value. A field that is not described counts as a mistake, although clients have to bear
   * with it: newer versions add some.
   */
  ofAnswer(schema: Schema, value: unknown): Mistakes {
    return this.#mistakes(schema, value, closed);
  }

  #mistakes(schema: Schema, value: unknown, prepared: (schema: Schema) => Schema): Mistakes {
    const check = this.#checks.get(schema) ?? this.#ajv.compile(prepared(schema));
    this.#checks.set(schema, check);
    return check(value) ? "" : this.#ajv.errorsText(check.errors);
  }
}

/** The schema without fields that it does not name. */
function closed(schema: Schema): Schema {
  return walked(schema) as Schema;
}

function walked(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(walked);
  if (typeof node !== "object" || node === null) return node;
  const { examples: _, ...parts } = node as Record<string, unknown>;
  const schema = Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, walked(part)]));
  const { $ref } = schema;
  if (typeof $ref === "string") schema["$ref"] = $ref.replace(COMPONENTS, "");
  const isOpen = schema["type"] === "object" && schema["properties"] && !("additionalProperties" in schema);
  return isOpen ? { ...schema, additionalProperties: false } : schema;
}

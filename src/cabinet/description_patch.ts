import { z } from "zod";
import { partOf } from "../lib/schemas/schema_parts.ts";
import { type CabinetDescription, cabinetShape, describedIn } from "./description.ts";
import type { DescribedCell } from "./description_body.ts";
import type { WrittenBytes } from "./registration/written_bytes.ts";

/** How deep objects are merged: all of a description's objects lie above that, and a body may be nested without end. */
const DEPTH_MAX = 4;

/** What of a cabinet is changed, as JSON Merge Patch (RFC 7396). What it makes of the cabinet is checked as a whole. */
export const cabinetPatch = patchOf(cabinetShape);

/** A merge patch for values of the schema, of which the description shows the fields. */
export function patchOf(schema: z.ZodObject): z.ZodType<Record<string, unknown>, Record<string, unknown>> {
  const { properties } = patchSchema(z.toJSONSchema(schema, { io: "input" }) as JsonSchema);
  return z.record(z.string(), z.unknown(), { error: "an object with the fields that change" })
    .meta({ type: "object", properties, additionalProperties: false });
}

/** As much of JSON Schema as descriptions are made of. */
interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

/** What may be said to change an object: what is not named in it stays, so nothing is needed, and nothing has a default. */
function patchSchema({ properties = {}, required = [], ...schema }: JsonSchema): JsonSchema {
  const changed = Object.entries(properties).map(([name, { default: _, ...field }]): [string, JsonSchema] => {
    const isAny = field.type === undefined && field.anyOf === undefined && !("enum" in field);
    // What has no usual value cannot be given it by null.
    return [name, isAny || required.includes(name) ? field : orNull(changeOf(field))];
  });
  return { ...schema, properties: Object.fromEntries(changed) };
}

/** What may be said to change a value: a list, or what stands for one, is replaced whole. */
function changeOf(field: JsonSchema): JsonSchema {
  const { description, anyOf, properties } = field;
  if (anyOf?.some(({ type }) => type === "array")) return field;
  const fields = (anyOf ?? [field]).map((one) => Object.keys(one.properties ?? {}).length);
  const said = description !== undefined && Math.max(...fields) > 1
    ? { description: `${description}; what it does not name stays` }
    : {};
  if (anyOf) return { ...field, ...said, anyOf: anyOf.map(changeOf) };
  return properties ? { ...patchSchema(field), ...said } : field;
}

/** The same, or `null`. */
function orNull({ description, ...schema }: JsonSchema): JsonSchema {
  const choices = schema.anyOf ?? [schema];
  const isNull = ({ type }: JsonSchema) => type === "null";
  const anyOf = [...choices.filter((one) => !isNull(one)), { type: "null" }];
  return { ...description !== undefined && { description }, anyOf };
}

/**
 * The cabinet's description with that changed, still to be checked. A cell whose state is not given keeps it.
 *
 * Where a field may be `null`, `null` in the patch is its value ("never", "as many as are free"); elsewhere it gives the
 * field its usual value. Lists are replaced whole.
 */
export function patchedCabinet(
  cabinet: CabinetDescription & { readonly cells: readonly DescribedCell[] },
  patch: Readonly<Record<string, unknown>>,
): unknown {
  const cells = cabinet.cells.map(({ cell, board, channel, size }) => ({ cell, board, channel, size }));
  const { registration, heartbeat } = cabinet;
  const target = {
    ...describedIn(cabinet),
    registration: respelt(registration, patch["registration"]),
    heartbeat: respelt(heartbeat, patch["heartbeat"]),
    cells,
  };
  return merged(target, patch, cabinetShape);
}

/** Bytes are text or hex: where the patch says them in one way, they are no longer there in the other. */
function respelt(written: WrittenBytes | null, patch: unknown): unknown {
  if (written === null || !isObject(patch) || !("text" in patch || "hex" in patch)) return written;
  return Object.fromEntries(Object.entries(written).filter(([name]) => name !== "text" && name !== "hex"));
}

/** The value with the patch merged into it (RFC 7396, 2), except that a field of the schema that may be `null` becomes it. */
export function merged(value: unknown, patch: unknown, schema: z.ZodType | undefined, depth = 0): unknown {
  if (!isObject(patch) || depth >= DEPTH_MAX) return patch;
  // A map, since a field may be called `__proto__`.
  const fields = new Map(isObject(value) ? Object.entries(value) : []);
  for (const [name, change] of Object.entries(patch)) {
    const field = partOf(schema, name);
    if (change !== null) fields.set(name, merged(fields.get(name), change, field, depth + 1));
    else if (field?.safeParse(null).success) fields.set(name, null);
    else fields.delete(name);
  }
  return Object.fromEntries(fields);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

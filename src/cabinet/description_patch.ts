import { z } from "zod";
import { type CabinetDescription, cabinetShape, describedIn } from "./description.ts";
import type { DescribedCell } from "./description_body.ts";
import type { WrittenBytes } from "./registration/written_bytes.ts";

/** How deep objects are merged: all of a description's objects lie above that, and a body may be nested without end. */
const DEPTH_MAX = 4;

/** What of a cabinet is changed, as JSON Merge Patch (RFC 7396). What it makes of the cabinet is checked as a whole. */
export const cabinetPatch = patchOf(cabinetShape);

/** A merge patch for values of the schema, of which the description shows the fields. */
export function patchOf(schema: z.ZodObject): z.ZodType<Record<string, unknown>, Record<string, unknown>> {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: "input" });
  const orNull = Object.entries(properties).map(([name, field]) => {
    // What a patch does not name stays: it has no default.
    const { description, default: _, ...rest } = Object(field) as { description?: string; default?: unknown };
    const isAny = Object.keys(rest).length === 0;
    // What has no usual value cannot be given it by null.
    if (isAny || required.includes(name)) return [name, field];
    return [name, { description, anyOf: [rest, { type: "null" }] }];
  });
  const fields = z.record(z.string(), z.unknown(), { error: "an object with the fields that change" })
    .meta({ type: "object", properties: Object.fromEntries(orNull), additionalProperties: false });
  const known = fieldsOf(schema);
  // Looked at before: a record leaves out what is called `__proto__`, and merging what is null.
  return z.preprocess((patch, context) => {
    for (const { keys, path } of unknownIn(patch, known)) {
      context.addIssue({ code: "unrecognized_keys", keys, path, input: patch });
    }
    return patch;
  }, fields) as z.ZodType<Record<string, unknown>, Record<string, unknown>>;
}

/** What an object of a patch names that none of its fields is. */
interface UnknownFields {
  readonly path: string[];
  readonly keys: string[];
}

/** What the patch names that there is not, `null` or not. What is in lists is looked at when the whole is checked. */
function* unknownIn(
  patch: unknown,
  fields: Fields | undefined,
  path: string[] = [],
): Generator<UnknownFields> {
  if (!isObject(patch) || !fields) return;
  const keys = Object.keys(patch).filter((name) => !fields.has(name));
  if (keys.length > 0) yield { keys, path };
  for (const [name, change] of Object.entries(patch)) {
    yield* unknownIn(change, fieldsOf(fields.get(name)), [...path, name]);
  }
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
    const field = fieldOf(schema, name);
    if (change !== null) fields.set(name, merged(fields.get(name), change, field, depth + 1));
    else if (field?.safeParse(null).success) fields.set(name, null);
    else fields.delete(name);
  }
  return Object.fromEntries(fields);
}

/** Schemas of fields, by name. */
type Fields = ReadonlyMap<string, unknown>;

/** The schema of a field; `undefined`: it is none of an object's. */
function fieldOf(schema: z.ZodType | undefined, name: string): z.ZodType | undefined {
  const inner = unwrapped(schema);
  if (!(inner instanceof z.ZodObject) || !Object.hasOwn(inner.shape, name)) return undefined;
  return inner.shape[name];
}

/** The fields of an object, or of any that it may be; `undefined`: it is none. */
function fieldsOf(schema: unknown): Fields | undefined {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodPipe) return fieldsOf(inner.out);
  if (inner instanceof z.ZodObject) return new Map(Object.entries(inner.shape));
  if (!(inner instanceof z.ZodUnion)) return undefined;
  const all = inner.options.flatMap((option) => [...fieldsOf(option) ?? []]);
  return all.length === 0 ? undefined : new Map(all);
}

/** The schema without what says whether there has to be a value. */
function unwrapped(schema: unknown): unknown {
  let inner = schema;
  while (
    inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault || inner instanceof z.ZodNullable ||
    inner instanceof z.ZodOptional
  ) inner = inner.unwrap();
  return inner;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

import { z } from "zod";
import { cabinetShape } from "../../cabinet/description.ts";
import type { JsonSchema } from "../../lib/schemas/merge_patch.ts";
import { CHINESE } from "./columns_zh.ts";

/** A column of a file of cabinets: a part of the description that is one value, or a list of plain values. */
export interface Column {
  /** Where in the description the value stands. */
  readonly path: readonly string[];
  readonly kind: "text" | "number" | "boolean" | "texts" | "numbers";
}

/** What a file never has: it is sent to colleagues and kept in mailboxes. */
const LEFT_OUT = "secret";

/** The columns that there are, from the one description of a cabinet: lists of things that have parts are left out. */
export const COLUMNS: readonly Column[] = [{ path: ["id"], kind: "text" }, ...columnsOf()];

const BY_NAME = new Map(COLUMNS.flatMap((column) => namesOf(column).map((name) => [key(name), column])));

/** The column that a file names, in English or Chinese; `undefined`: there is none of that name. */
export function columnNamed(name: string): Column | undefined {
  return BY_NAME.get(key(name));
}

/** The column's name, as `location.address`. */
export function nameOf({ path }: Column): string {
  return path.join(".");
}

function columnsOf(): Column[] {
  const schema = z.toJSONSchema(cabinetShape, { io: "input" }) as JsonSchema;
  const found = new Map([...walk(schema, [])].map((column) => [nameOf(column), column]));
  found.delete(LEFT_OUT);
  return [...found.values()];
}

function* walk(schema: JsonSchema, path: readonly string[]): Generator<Column> {
  const { anyOf = [], properties = {} } = schema;
  for (const one of anyOf) yield* walk(one, path);
  for (const [name, inner] of Object.entries(properties)) yield* walk(inner, [...path, name]);
  const kind = kindOf(schema);
  if (kind) yield { path, kind };
}

function kindOf({ type, items }: JsonSchema): Column["kind"] | undefined {
  if (type === "array") return plainList(items);
  if (type === "string") return "text";
  if (type === "boolean") return "boolean";
  return type === "integer" || type === "number" ? "number" : undefined;
}

function plainList(items: JsonSchema | undefined): "texts" | "numbers" | undefined {
  const kinds = new Set((items?.anyOf ?? [items]).map((item) => item && kindOf(item)));
  if (kinds.size !== 1) return undefined;
  if (kinds.has("text")) return "texts";
  return kinds.has("number") ? "numbers" : undefined;
}

/** A part may be named alone where no other part is called so; the first part of a whole by the name of the whole. */
function namesOf(column: Column): string[] {
  const { path } = column;
  const [whole = ""] = path;
  const last = path.at(-1) ?? "";
  const isAlone = COLUMNS.filter((one) => one.path.at(-1) === last).length === 1;
  const isFirst = COLUMNS.find((one) => one.path[0] === whole) === column;
  const name = nameOf(column);
  return [name, ...isAlone ? [last] : [], ...isFirst ? [whole] : [], ...CHINESE[name] ?? []];
}

/** Names differ neither by capitals, nor by what separates their words. */
function key(name: string): string {
  return name.trim().toLowerCase().replace(/[\s_-]+/g, "");
}

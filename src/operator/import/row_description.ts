import type { z } from "zod";
import { isDeepStrictEqual } from "node:util";
import { type CabinetDescription, describedIn } from "../../cabinet/description.ts";
import { cabinetBody, type DescribedCabinet } from "../../cabinet/description_body.ts";
import { cabinetId } from "../../cabinet/words.ts";
import { OPERATOR } from "../../lib/limits.ts";
import type { Cabinet } from "../../locker/mod.ts";
import { meant } from "../requests.ts";
import type { CsvRow, NamedColumn } from "./csv_table.ts";

/** What is wrong with a row. */
export interface RowMistake {
  /** As the file names it; `null`: no single column of the file is wrong. */
  readonly column: string | null;
  readonly message: string;
}

/** What a row says of a cabinet. */
export interface SaidRow {
  readonly row: number;
  readonly id: string;
  /** By the parts of a description. An empty field says nothing. */
  readonly said: Readonly<Record<string, unknown>>;
  readonly mistakes: readonly RowMistake[];
}

const YES = /^(yes|true|1|y|是)$/i;
const NO = /^(no|false|0|n|否)$/i;
const NEVER = /^(never|none|从不|无|不限)$/i;
/** Between the items of a list. */
const SEPARATOR = /[;；,，、\n]/;

/** Reads a row by the file's columns. */
export function saidIn({ row, cells }: CsvRow, columns: readonly NamedColumn[]): SaidRow {
  const said: Record<string, unknown> = {};
  const mistakes: RowMistake[] = [];
  if (cells.length > columns.length) {
    mistakes.push({
      column: null,
      message: `the row has ${cells.length} fields, and the first row names ${columns.length}`,
    });
  }
  for (const [index, column] of columns.entries()) {
    const text = cells[index]?.trim() ?? "";
    if (text === "") continue;
    const value = valueOf(text, column);
    if (value === undefined) mistakes.push({ column: column.name, message: wanted(text, column) });
    else put(said, column.path, value);
  }
  const { id = "", ...rest } = said;
  const checked = cabinetId.safeParse(id);
  if (!checked.success) {
    const name = columns.find(({ path }) => path[0] === "id")?.name ?? "id";
    mistakes.unshift({ column: name, message: checked.error.issues[0]?.message ?? "not an id" });
  }
  return { row, id: String(id), said: rest, mistakes };
}

/** `undefined`: the text is not a value of this kind. */
function valueOf(text: string, { kind }: NamedColumn): unknown {
  switch (kind) {
    case "text":
      return text;
    case "boolean":
      return YES.test(text) ? true : NO.test(text) ? false : undefined;
    case "number":
      return NEVER.test(text) ? null : numberOf(text);
    case "texts":
      return itemsOf(text);
    case "numbers": {
      const numbers = itemsOf(text).map(numberOf);
      return numbers.includes(undefined) ? undefined : numbers;
    }
  }
}

function numberOf(text: string): number | undefined {
  return /^-?\d{1,12}(\.\d{1,12})?$/.test(text) ? Number(text) : undefined;
}

function itemsOf(text: string): string[] {
  return text.split(SEPARATOR).map((item) => item.trim()).filter((item) => item !== "");
}

function wanted(text: string, { kind }: NamedColumn): string {
  const said = `"${text.slice(0, 40)}" is not`;
  if (kind === "boolean") return `${said} yes or no`;
  return kind === "number" ? `${said} a number` : `${said} a list of numbers, as 60;15`;
}

function put(said: Record<string, unknown>, [whole = "", ...parts]: readonly string[], value: unknown): void {
  if (parts.length === 0) return void (said[whole] = value);
  const inner = isRecord(said[whole]) ? said[whole] : {};
  put(inner, parts, value);
  said[whole] = inner;
}

/**
 * The description that a row means: what it does not say stays as the cabinet has it, and is as usual on a new one.
 *
 * @returns the description, or what is wrong with it
 */
export function describedBy(
  { said }: SaidRow,
  { before, columns }: { before: Cabinet | undefined; columns: readonly NamedColumn[] },
): DescribedCabinet | RowMistake[] {
  const body = merged(before ? bodyOf(before) : {}, said);
  const { success, data, error } = cabinetBody.safeParse(body);
  if (success) return data;
  return error.issues.slice(0, OPERATOR.mistakesMax).map((issue) => mistakeOf(issue, { body, columns }));
}

/** What of the cabinet would be another: names of parts of its description, `cells` among them. Of a new one: none. */
export function changesOf(wanted: DescribedCabinet, before: Cabinet | undefined): string[] {
  if (!before) return [];
  const [now, then] = [describedIn(wanted), describedIn(before)];
  const fields = (Object.keys(now) as (keyof CabinetDescription)[])
    .filter((name) => !isDeepStrictEqual(now[name], then[name]));
  const locks = (cells: DescribedCabinet["cells"]) =>
    cells.map(({ cell, board, channel, size }) => [cell, board, channel, size]);
  return isDeepStrictEqual(locks(wanted.cells), locks(before.cells as DescribedCabinet["cells"]))
    ? fields
    : [...fields, "cells"];
}

function bodyOf(cabinet: Cabinet): Record<string, unknown> {
  const cells = cabinet.cells.map(({ cell, board, channel, size }) => ({ cell, board, channel, size }));
  return { ...describedIn(cabinet), cells };
}

function merged(
  base: Readonly<Record<string, unknown>>,
  said: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const body: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(said)) {
    const was = base[name];
    body[name] = isRecord(value) && isRecord(was) ? { ...besides(was, value), ...value } : value;
  }
  return body;
}

/** What of a registration or heartbeat stays as it was beside what is said of it: of two ways to say a thing, one is there. */
function besides(
  was: Readonly<Record<string, unknown>>,
  said: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const others = new Map(Object.entries(was));
  if ("text" in said || "hex" in said) ["text", "hex"].forEach((name) => others.delete(name));
  if (said["anywhere"] === true) others.delete("at");
  if ("at" in said) others.delete("anywhere");
  return Object.fromEntries(others);
}

function mistakeOf(
  issue: z.core.$ZodIssue,
  { body, columns }: { body: unknown; columns: readonly NamedColumn[] },
): RowMistake {
  const [{ path, message } = issue] = meant(issue);
  const part = path.map(String);
  const isMissing = path.reduce<unknown>((value, name) => Object(value)[name], body) === undefined;
  const column = columns.find((one) => one.path.every((name, at) => part[at] === name)) ??
    columns.find((one) => part.length > 0 && part.every((name, at) => one.path[at] === name));
  const said = isMissing && /^Invalid input/.test(message) ? "has to be given" : message;
  const text = said.slice(0, OPERATOR.mistakeCharactersMax);
  return column
    ? { column: column.name, message: text }
    : { column: null, message: part.length === 0 ? text : `${part.join(".")}: ${text}` };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

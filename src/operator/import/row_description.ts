import type { z } from "zod";
import { isDeepStrictEqual } from "node:util";
import { type CabinetDescription, describedIn } from "../../cabinet/description.ts";
import { cabinetBody, type DescribedCabinet } from "../../cabinet/description_body.ts";
import { respelt } from "../../cabinet/description_patch.ts";
import { cabinetId } from "../../cabinet/words.ts";
import { OPERATOR } from "../../lib/limits.ts";
import { isObject } from "../../lib/schemas/merge_patch.ts";
import type { Cabinet } from "../../locker/mod.ts";
import { meant } from "../requests.ts";
import { nameOf } from "./columns.ts";
import { CHINESE_VALUES } from "./columns_zh.ts";
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
  /** Its fields as the file has them. */
  readonly fields: readonly string[];
  /** By the parts of a description. An empty field says nothing. */
  readonly said: Readonly<Record<string, unknown>>;
  readonly mistakes: readonly RowMistake[];
}

const YES = /^(yes|true|1|y|是)$/i;
const NO = /^(no|false|0|n|否)$/i;
const NEVER = /^(never|none|从不|无|不限)$/i;
/** Characters of a wrong value that are shown. */
const SHOWN_MAX = 40;
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
  const { id, ...rest } = said;
  const checked = cabinetId.safeParse(id);
  if (!checked.success) {
    const column = columns.find(({ path }) => path[0] === "id")?.name ?? "id";
    const [{ message } = { message: "not an id" }] = checked.error.issues;
    mistakes.unshift({ column, message: about(id === undefined ? undefined : String(id), message) });
  }
  return { row, id: String(id ?? ""), fields: cells, said: rest, mistakes };
}

/** `undefined`: the text is not a value of this kind. */
function valueOf(text: string, column: NamedColumn): unknown {
  switch (column.kind) {
    case "text":
      return wordOf(text, column);
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

/** The word for which the text is the Chinese one, or else the text. */
function wordOf(text: string, column: NamedColumn): string {
  const words = Object.entries(CHINESE_VALUES[nameOf(column)] ?? {});
  return words.find(([chinese]) => chinese === text)?.[1] ?? text;
}

function numberOf(text: string): number | undefined {
  return /^-?\d{1,12}(\.\d{1,12})?$/.test(text) ? Number(text) : undefined;
}

function itemsOf(text: string): string[] {
  return text.split(SEPARATOR).map((item) => item.trim()).filter((item) => item !== "");
}

function wanted(text: string, { kind }: NamedColumn): string {
  const said = `${quoted(text)} is not`;
  if (kind === "boolean") return `${said} yes or no`;
  return kind === "number" ? `${said} a number` : `${said} a list of numbers, as 60;15`;
}

/** A mistake, with what was said instead. @param text the field; empty: nothing was said */
function about(text: string | undefined, message: string): string {
  return text === undefined || text === "" ? message : `${quoted(text)}: ${message}`;
}

function quoted(text: string): string {
  return `"${text.slice(0, SHOWN_MAX)}"`;
}

function put(said: Record<string, unknown>, [whole = "", ...parts]: readonly string[], value: unknown): void {
  if (parts.length === 0) return void (said[whole] = value);
  const inner = isObject(said[whole]) ? said[whole] : {};
  put(inner, parts, value);
  said[whole] = inner;
}

/**
 * The description that a row means: what it does not say stays as the cabinet has it, and is as usual on a new one.
 *
 * @returns the description, or what is wrong with it
 */
export function describedBy(
  { said, fields }: SaidRow,
  { before, columns }: { before: Cabinet | undefined; columns: readonly NamedColumn[] },
): DescribedCabinet | RowMistake[] {
  const body = merged(before ? bodyOf(before) : {}, said);
  const { success, data, error } = cabinetBody.safeParse(body);
  if (success) return data;
  return error.issues.slice(0, OPERATOR.mistakesMax).map((issue) => mistakeOf(issue, { fields, columns }));
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
    body[name] = isObject(value) && isObject(was) ? { ...Object(respelt(was, value)), ...value } : value;
  }
  return body;
}

function mistakeOf(
  issue: z.core.$ZodIssue,
  { fields, columns }: { fields: readonly string[]; columns: readonly NamedColumn[] },
): RowMistake {
  const [{ path, message } = issue] = meant(issue);
  const part = path.map(String);
  const index = columns.findIndex((one) => one.path.every((name, at) => part[at] === name));
  const column = columns[index] ??
    columns.find((one) => part.length > 0 && part.every((name, at) => one.path[at] === name));
  // A field with a list in it is not what is wrong with one of its items.
  const isWhole = columns[index]?.path.length === part.length;
  const text = about(isWhole ? fields[index]?.trim() : undefined, message).slice(
    0,
    OPERATOR.mistakeCharactersMax,
  );
  return column
    ? { column: column.name, message: text }
    : { column: null, message: part.length === 0 ? text : `${part.join(".")}: ${text}` };
}

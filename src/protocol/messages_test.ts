import { deepEqual } from "node:assert/strict";
import { fromPage } from "./messages.ts";

const page = await Deno.readTextFile(new URL("../../docs/person-protocol.md", import.meta.url));
const source = await Deno.readTextFile(new URL("messages.ts", import.meta.url));

/** The cells of the table below a heading, row by row, without what makes them code. */
function tableBelow(heading: string): string[][] {
  const [, section = ""] = page.split(`\n${heading}\n`);
  const [table = ""] = section.slice(section.indexOf("| ---")).split("\n\n");
  return table.split("\n").slice(1).map((row) =>
    row.split("|").slice(1).map((cell) => cell.replaceAll("`", "").trim())
  );
}

/** A part of the source, from a declaration to the next end of one. */
function declared(start: string): string {
  const from = source.indexOf(start);
  return source.slice(from, source.indexOf(";\n\n", from));
}

Deno.test("docs/person-protocol.md has each message that a page may send, with its fields", () => {
  const messages = fromPage.options.map(({ shape }) => {
    const { type, ...fields } = shape as Record<string, { safeParse(value: unknown): { success: boolean } }>;
    const names = Object.entries(fields).map(([name, field]) =>
      field.safeParse(undefined).success ? `${name}?` : name
    );
    return [Object(type).value, names.join(", ")];
  });
  deepEqual(tableBelow("## What is said").map(([type, fields]) => [type, fields]), messages);
});

Deno.test("docs/person-protocol.md has each message that a page hears, and each code of an error", () => {
  const heard = [...`${declared("export type ToPage")}`.matchAll(/readonly type: "([\w-]+)"/g)].map((
    [, type],
  ) => type);
  deepEqual(tableBelow("## What is heard").map(([type]) => type).toSorted(), heard.toSorted());
  const codes = [...declared("export type ErrorCode").matchAll(/\| "([\w-]+)"/g)].map(([, code]) => code);
  deepEqual(tableBelow("The codes of an `error`:").map(([code]) => code).toSorted(), codes.toSorted());
});

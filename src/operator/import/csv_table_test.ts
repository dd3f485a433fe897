import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { IMPORT } from "../../lib/limits.ts";
import { CHINESE, CHINESE_VALUES } from "./columns_zh.ts";
import { columnNamed, COLUMNS, nameOf } from "./columns.ts";
import { tableOf, textOf } from "./csv_table.ts";

const pause = () => Promise.resolve();
const bytesOf = (text: string) => new TextEncoder().encode(text).buffer;

Deno.test({
  name: "columns are the parts of a cabinet's description, in English and Chinese, without its secret",
  permissions: "none",
  fn() {
    const names = COLUMNS.map(nameOf);
    deepEqual(Object.keys(CHINESE).toSorted(), names.toSorted());
    for (
      const name of ["board", "registration.hex", "location.address", "cells.count", "tags", "rules.sizes"]
    ) {
      equal(names.includes(name), true, name);
    }
    const meant = {
      "address": "location.address",
      "地址": "location.address",
      "Registration": "registration.text",
    };
    const more = { "cells": "cells.count", "格数": "cells.count", "left open seconds": "leftOpenSeconds" };
    for (const [name, column] of Object.entries({ ...meant, ...more })) {
      const found = columnNamed(name);
      equal(found && nameOf(found), column, name);
    }
    for (const name of ["secret", "layout", "text", "hex", "online", ""]) equal(columnNamed(name), undefined);
  },
});

Deno.test("docs/api.md has each column of a file, and each of its words, in both languages", async () => {
  const page = await Deno.readTextFile(new URL("../../../docs/api.md", import.meta.url));
  const [, table = ""] = page.split(/^\| column .*\n.*\n/m);
  const rows = table.split("\n\n", 1).join().split("\n").map((row) => row.split("|"));
  const told = rows.map(([, name = "", chinese = ""]) => [name.trim().slice(1, -1), chinese.trim()]);
  const wanted = COLUMNS.map(nameOf).map((name) => [name, CHINESE[name]?.join(", ")]);
  deepEqual(told.toSorted(), wanted.toSorted());
  for (const words of Object.values(CHINESE_VALUES)) {
    for (const [chinese, word] of Object.entries(words)) {
      equal(table.includes(`\`${word}\` (${chinese})`), true, chinese);
    }
  }
});

Deno.test({
  name: "textOf() reads UTF-8 with and without a byte order mark, and GB18030, and nothing else",
  permissions: "none",
  fn() {
    const cabinet = new Uint8Array([0xb9, 0xf1]).buffer;
    equal(textOf(bytesOf("\ufeff柜"), undefined), "柜");
    equal(textOf(bytesOf("柜"), "utf-8"), "柜");
    equal(textOf(cabinet, undefined), "柜");
    equal(textOf(cabinet, "gbk"), "柜");
    throws(() => textOf(new Uint8Array([0xff, 0xff, 0]).buffer, undefined), /neither UTF-8 nor GB18030/);
  },
});

Deno.test({
  name: "tableOf() counts rows as a spreadsheet does, and takes commas, semicolons and tabs",
  permissions: "none",
  async fn() {
    for (const sign of [",", ";", "\t"]) {
      const text = [`编号${sign}name`, "", `a${sign}"two\nlines"`, sign, `b${sign}=cmd|' /C calc'!A0`].join(
        "\r\n",
      );
      const { columns, rows } = await tableOf(text, pause);
      deepEqual(columns.map(({ name }) => name), ["编号", "name"]);
      deepEqual(rows, [
        { row: 3, cells: ["a", "two\nlines"] },
        { row: 5, cells: ["b", "=cmd|' /C calc'!A0"] },
      ]);
    }
  },
});

Deno.test({
  name: "tableOf() says what is wrong with a file",
  permissions: "none",
  async fn() {
    const long = `id,name\n"${"a,b\n".repeat(IMPORT.rowBytesMax)}`;
    const wide = `id,name\na,${"柜".repeat(IMPORT.rowBytesMax / 3 + 1)}`;
    const many = `id\n${"a\n".repeat(IMPORT.rowsMax + 1)}`;
    const wrong: [string, RegExp][] = [
      ["", /empty/],
      ["name\nx", /no column id/],
      ["id,colour\nx", /no column "colour": there are id \(编号\), name \(名称\), board \(锁控板\),/],
      ["id,编号\nx", /column id is there twice/],
      ['id,name\na,b\nc,"d', /^A quote that begins in row 3 never ends/],
      [long, /^Row 2 has more than 16 KiB/],
      [wide, /^Row 2 has more than 16 KiB/],
      ["id,name,,\na,A,,\nb,B,,x", /^Column 4 has values and no name/],
      ["id,,name\na,x,A", /^Column 2 has values and no name/],
      ['id,name\na,b"c"', /^Row 2 is not CSV/],
      [many, /^A file may have 5,000 rows of cabinets and 2 MiB/],
      [many.trimEnd(), /^A file may have 5,000 rows of cabinets and 2 MiB/],
    ];
    for (const [text, message] of wrong) {
      await rejects(tableOf(text, pause), { name: "Problem", message }, text.slice(0, 40));
    }
    equal((await tableOf(`id\n${"a\n".repeat(IMPORT.rowsMax)}`, pause)).rows.length, IMPORT.rowsMax);
  },
});

/** Rows that say nothing: the parser makes an error of each. */
const EMPTY_ROWS = ["\n", "\r\n", ",\n"];

Deno.test({
  name: "tableOf() has other work done after a few rows, however short they are",
  permissions: "none",
  async fn() {
    const rows = 640;
    for (const empty of EMPTY_ROWS) {
      let pauses = 0;
      const counted = () => Promise.resolve(void pauses++);
      const table = await tableOf(`id,name,board\n${empty.repeat(rows)}a,A,8a\n`, counted);
      deepEqual(table.rows, [{ row: rows + 2, cells: ["a", "A", "8a"] }]);
      ok(pauses >= rows / IMPORT.sliceLineEnds, `${pauses} pauses`);
    }
  },
});

Deno.test({
  name: "tableOf() reads so many empty rows and no more",
  permissions: "none",
  async fn() {
    const head = "id,name,board\n";
    for (const empty of EMPTY_ROWS) {
      let pauses = 0;
      const counted = () => Promise.resolve(void pauses++);
      const message = /^The file has more than 10,000 rows, empty ones among them/;
      await rejects(tableOf(head + empty.repeat(200_000), counted), { status: 413, code: "limit", message });
      ok(pauses <= 2 * IMPORT.rowsReadMax / IMPORT.sliceLineEnds + 2, `${pauses} pauses`);
    }
    const { rows } = await tableOf(`${head}${"\n".repeat(IMPORT.rowsReadMax - 2)}a,A,8a\n`, pause);
    equal(rows[0]?.row, IMPORT.rowsReadMax);
  },
});

Deno.test({
  name: "tableOf() passes over columns that have neither a name nor a value",
  permissions: "none",
  async fn() {
    const { columns, rows } = await tableOf("id,,name, ,\na,,A,,\nb,\nc,,C,,,d", pause);
    deepEqual(columns.map(({ name }) => name), ["id", "name"]);
    deepEqual(rows.map(({ cells }) => cells), [["a", "A"], ["b"], ["c", "C", "d"]]);
  },
});

Deno.test({
  name: "tableOf() keeps characters whole wherever a slice of the file ends",
  permissions: "none",
  async fn() {
    for (const character of ["😀", "柜", "é"]) {
      for (let before = IMPORT.sliceBytes - 12; before < IMPORT.sliceBytes; before++) {
        const text = `id,name\n${"a".repeat(before)},${character}${character}`;
        const { rows } = await tableOf(text, pause);
        equal(rows[0]?.cells[1], character.repeat(2), `${character} behind ${before}`);
      }
    }
  },
});

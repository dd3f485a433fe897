import { equal } from "node:assert/strict";
import { columnsOf, fields, table, time } from "./table.ts";

function pure(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

pure("columnsOf() counts two columns for Chinese and one for what has no width of its own", () => {
  equal(columnsOf("Lobby"), 5);
  equal(columnsOf("大堂 A 柜"), 9);
  equal(columnsOf("（２４）"), 8);
  equal(columnsOf("e\u0301"), 1);
  equal(columnsOf("·"), 1);
});

pure("table() aligns columns whatever the script and leaves no spaces at the ends of lines", () => {
  const text = table(["ID", "NAME", "CELLS"], [["a", "大堂", "24"], ["long-id", "Lobby", "8"]]);
  equal(text, "ID       NAME   CELLS\na        大堂   24\nlong-id  Lobby  8");
});

pure("table() shows its headings when there are no rows", () => {
  equal(table(["ID", "NAME"], []), "ID  NAME");
});

pure("table() and fields() keep to their lines whatever a name has in it", () => {
  equal(table(["A"], [["a\x1b[2Jb\nc\u202ed"]]), "A\na\uFFFD[2Jb\uFFFDc\uFFFDd");
  equal(fields([["id", "a\nb\u009bc"]]), "id  a\uFFFDb\uFFFDc");
});

pure("fields() puts values under each other", () => {
  equal(fields([["id", "a"], ["board", "8a"]]), "id     a\nboard  8a");
});

pure("time() is to the second and says that it is UTC", () => {
  equal(time("2025-11-23T07:05:12.123Z"), "2025-11-23 07:05:12Z");
  equal(time(null), "never");
});

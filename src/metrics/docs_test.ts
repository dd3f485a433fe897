/**
 * `docs/metrics.md` describes every metric, as the table does, and no other.
 *
 * @module
 */
import { deepEqual } from "node:assert/strict";
import { PREFIX } from "./expose.ts";
import { definitionOf, METRIC_NAMES } from "./table.ts";

const PAGE = await Deno.readTextFile(new URL("../../docs/metrics.md", import.meta.url));

Deno.test("docs/metrics.md has a row for every metric, with its kind and meaning", () => {
  const rows = PAGE.split("\n").filter((line) => line.startsWith(`| \`${PREFIX}`))
    .map((line) => line.split("|").slice(1, 4).map((cell) => cell.trim()));
  const expected = METRIC_NAMES.map((name) => {
    const { kind, help, label, isPerIsolate } = definitionOf(name);
    const labelled = label ? `{${label[0]}}` : "";
    return [`\`${PREFIX}${name}${labelled}\``, isPerIsolate ? `${kind} per isolate` : kind, help];
  });
  deepEqual(rows, expected);
});

Deno.test("docs/metrics.md names no metric or label value that does not exist", () => {
  const known = new Set(METRIC_NAMES.flatMap((name) => {
    const isHistogram = definitionOf(name).kind === "histogram";
    return isHistogram ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
  }));
  const named = [...PAGE.matchAll(new RegExp(`${PREFIX}([a-z_]+)`, "g"))].map(([, name = ""]) => name);
  deepEqual(named.filter((name) => !known.has(name)), []);
  const values = new Set(METRIC_NAMES.flatMap((name) => definitionOf(name).label?.[1] ?? []));
  const rows = PAGE.split("\n").filter((line) => line.startsWith(`| \`${PREFIX}`));
  const said = rows.flatMap((row) =>
    [...row.matchAll(/`([a-z0-9-]+)`(?=[:,])/g)].map(([, value = ""]) => value)
  );
  deepEqual(said.filter((value) => !values.has(value)), []);
});

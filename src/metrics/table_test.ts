import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import type { CloseReason } from "../device/context.ts";
import { OTHER } from "./layout.ts";
import { definitionOf, METRIC_NAMES, type METRICS } from "./table.ts";
import type { CommandState, Reason } from "../cabinet/kinds.ts";

type Values<Name extends "device_closed_total" | "commands_total"> =
  | (typeof METRICS)[Name]["label"][1][number]
  | "requested"
  | "sent";

/** Reported values for which the table has no label value; the compiler checks that there are none. */
type Missing =
  | Exclude<CloseReason, Values<"device_closed_total">>
  | Exclude<CommandState, Values<"commands_total">>
  | Exclude<
    Reason,
    | (typeof METRICS)["commands_refused_total"]["label"][1][number]
    | (typeof METRICS)["commands_unconfirmed_total"]["label"][1][number]
    // The only reason of `failed`.
    | "did-not-open"
  >;

Deno.test({
  name: "the table has a label value for everything that devices and commands report",
  permissions: "none",
  fn() {
    const missing: Missing[] = [];
    const none: never[] = missing;
    deepEqual(none, []);
  },
});

Deno.test({
  name: "every metric is named by Prometheus' conventions, and its help is a sentence",
  permissions: "none",
  fn() {
    for (const name of METRIC_NAMES) {
      const { kind, help, label, isPerIsolate } = definitionOf(name);
      match(name, /^[a-z]+(_[a-z]+)*$/);
      equal(name.endsWith("_total"), kind === "counter", name);
      match(help, /^[A-Z0-9][^\\\n]+[a-z0-9]\.$/, name);
      const { unit } = /_(?<unit>seconds|bytes)(_total)?$/.exec(name)?.groups ?? {};
      if (unit) match(help, new RegExp(unit, "i"), name);
      if (label) {
        ok(!isPerIsolate && kind === "counter", name);
        match(label[0], /^[a-z]+$/, name);
        equal(new Set([...label[1], OTHER]).size, label[1].length + 1, name);
        for (const value of label[1]) match(value, /^[a-z0-9]+(-[a-z0-9]+)*$/, name);
      }
    }
  },
});

Deno.test({
  name: "the buckets of histograms rise",
  permissions: "none",
  fn() {
    for (const name of METRIC_NAMES) {
      const definition = definitionOf(name);
      if (definition.kind !== "histogram") continue;
      const { buckets } = definition;
      notEqual(buckets.length, 0, name);
      deepEqual([...new Set(buckets)].sort((a, b) => a - b), buckets, name);
    }
  },
});

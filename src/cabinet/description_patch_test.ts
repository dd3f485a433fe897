import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { z } from "zod";
import { described } from "../../testing/rigs/described.ts";
import { cabinetBody } from "./description_body.ts";
import { merged } from "../lib/schemas/merge_patch.ts";
import { cabinetPatch, patchedCabinet, respelt } from "./description_patch.ts";

const lobby = described({
  registration: { text: "REG-1" },
  heartbeat: { text: "PING", echo: true, intervalSeconds: 30 },
  mode: "storage",
  tags: ["gym"],
  location: { address: "Street 1", latitude: 30, longitude: 120 },
  cells: [{ cell: 1, board: 1, channel: 1, size: "M", state: "faulty" }],
});

/** The mistakes of what the patch makes of the lobby, or the description. */
function patched(patch: Record<string, unknown>) {
  const { success, data, error } = cabinetBody.safeParse(patchedCabinet(lobby, patch));
  return success ? data : error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
}

const { id: _id, organization: _organization, ...same } = lobby;
/** The cells as a description leaves their states alone. */
const cells = [{ cell: 1, board: 1, channel: 1, size: "M", state: undefined }];

/** A field of the patched lobby. */
function field(patch: Record<string, unknown>, name: string): unknown {
  return Object(patched(patch))[name];
}

Deno.test({
  name: "patchedCabinet() changes what the patch names, and nothing else",
  permissions: "none",
  fn() {
    deepEqual(patched({}), { ...same, cells });
    deepEqual(patched({ name: "Hall" }), { ...same, cells, name: "Hall" });
    const minutes = { rules: { rentalMinutes: 5 } };
    deepEqual(patched(minutes), { ...same, cells, rules: { ...lobby.rules, ...minutes.rules } });
    deepEqual(field({ tags: ["pool"] }, "tags"), ["pool"]);
    equal(Object(field({ cells: { count: 3 } }, "cells")).length, 3);
  },
});

Deno.test({
  name: "patchedCabinet() takes null for the value where there is one, and else for the usual value",
  permissions: "none",
  fn() {
    equal(field({ leftOpenSeconds: null }, "leftOpenSeconds"), null);
    equal(Object(field({ rules: { rentalsPerGuest: null } }, "rules")).rentalsPerGuest, null);
    equal(Object(field({ rules: { graceSeconds: null } }, "rules")).graceSeconds, 60);
    deepEqual(field({ rules: null }, "rules"), lobby.rules);
    deepEqual(field({ tags: null }, "tags"), []);
    deepEqual(field({ location: { address: null } }, "location"), { latitude: 30, longitude: 120 });
    const nowhere = { address: null, latitude: null, longitude: null };
    for (const location of [nowhere, null]) equal(field({ location }, "location"), null);
    deepEqual(field({ heartbeat: { intervalSeconds: null } }, "heartbeat"), { text: "PING", echo: true });
    match(String(patched({ mode: null })), /^mode: say who may open what/);
    match(String(patched({ name: null })), /^name: /);
  },
});

Deno.test({
  name: "patchedCabinet() takes bytes as text or hex, however they were written before",
  permissions: "none",
  fn() {
    deepEqual(field({ registration: { hex: "01" } }, "registration"), { hex: "01" });
    deepEqual(field({ registration: { text: "NEW" } }, "registration"), { text: "NEW" });
    const [at, anywhere] = [{ text: "REG-1", at: 5 }, { text: "REG-1", anywhere: true }];
    deepEqual(respelt(at, { anywhere: true }), { text: "REG-1" });
    deepEqual(respelt(anywhere, { at: 5 }), { text: "REG-1" });
    deepEqual(respelt(anywhere, { at: null }), anywhere);
    const heartbeat = { hex: "FE", echo: true, intervalSeconds: 30 };
    deepEqual(field({ heartbeat: { hex: "FE" } }, "heartbeat"), heartbeat);
  },
});

Deno.test({
  name: "a patch of fields that there are not, or that is none, is refused",
  permissions: "none",
  fn() {
    match(String(patched({ colour: "red" })), /colour/);
    match(String(patched({ rules: { colour: 1 } })), /rules.*colour/);
    match(String(patched(JSON.parse('{"__proto__": {"name": "x"}}'))), /__proto__/);
    equal(Object(merged({}, JSON.parse('{"__proto__": {"x": 1}}'), undefined)).x, undefined);
    const deep = JSON.parse(`${'{"rules":'.repeat(20_000)}1${"}".repeat(20_000)}`);
    match(String(patched(deep)), /rules/);
    for (const none of [[], "x", 1, null]) equal(cabinetPatch.safeParse(none).success, false);
  },
});

Deno.test({
  name:
    "cabinetPatch refuses names that there are not, where they are null or are called as what objects have, too",
  permissions: "none",
  fn() {
    const refused = (patch: string) => {
      const { error } = cabinetPatch.safeParse(JSON.parse(patch));
      return error?.issues.map((issue) => [issue.path.join("."), Object(issue).keys]) ?? [];
    };
    const [issue] = cabinetPatch.safeParse({ rules: { foo: null } }).error?.issues ?? [];
    match(String(issue?.message), /^there is no "foo"; there are .*rentalMinutes/);
    deepEqual(refused('{"foo": null, "bar": 1, "name": "Hall"}'), [["", ["foo", "bar"]]]);
    deepEqual(refused('{"rules": {"foo": null}}'), [["rules", ["foo"]]]);
    for (const name of ["toString", "constructor", "__proto__"]) {
      deepEqual(refused(`{"${name}": null}`), [["", [name]]]);
      deepEqual(refused(`{"${name}": {"name": "x"}}`), [["", [name]]]);
    }
    for (const field of ["registration", "heartbeat", "location", "contact", "layout", "cells"]) {
      deepEqual(refused(`{"${field}": {"foo": null}}`), [[field, ["foo"]]]);
    }
    const whole = {
      ...same,
      registration: { hex: "01", at: 3, anywhere: null },
      heartbeat: { text: "PING", echo: true, intervalSeconds: null },
      contact: { telephone: "110", text: null },
      layout: { columns: [[1]] },
      cells: { count: 1, perBoard: null, size: "M" },
      secret: null,
      link: "https://k.example/c/lobby",
    };
    deepEqual(refused(JSON.stringify(whole)), []);
    deepEqual(refused(JSON.stringify({ cells: [{ cell: 1, foo: 1 }], tags: null, rules: null })), []);
  },
});

Deno.test("cabinetPatch is described with null for what has a usual value or may be null, and without defaults", () => {
  const { properties = {} } = z.toJSONSchema(cabinetPatch, { io: "input" });
  // Lists are replaced whole, so what is in them is described as it is in a whole description.
  const { cells, ...others } = properties;
  doesNotMatch(JSON.stringify(others), /"default":/);
  match(JSON.stringify(cells), /"default":"M".*"required":/);
  const takesNull = (name: string) =>
    JSON.stringify(Object(properties[name]).anyOf ?? []).endsWith('{"type":"null"}]');
  for (const name of ["tags", "rules", "location", "offlineSeconds", "cells"]) {
    equal(takesNull(name), true, name);
  }
  const nulls = (name: string) => JSON.stringify(properties[name]).match(/"type":"null"/g)?.length;
  for (const name of ["location", "offlineSeconds", "contact", "addresses"]) {
    equal(
      Object(properties[name]).anyOf.filter(({ type }: { type: string }) => type === "null").length,
      1,
      name,
    );
  }
  equal(nulls("offlineSeconds"), 1);
  const { anyOf: [rules] = [], description } = Object(properties["rules"]);
  match(description, /; what it does not name stays$/);
  deepEqual(Object(rules).properties.rentalMinutes.anyOf.map(({ type }: { type: string }) => type), [
    "integer",
    "null",
  ]);
  deepEqual(Object(rules).required, undefined);
  for (const name of ["name", "board", "mode"]) {
    equal(takesNull(name), false, name);
    equal(typeof patched({ [name]: null }), "string", name);
  }
});

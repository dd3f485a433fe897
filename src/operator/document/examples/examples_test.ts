import { deepEqual, equal } from "node:assert/strict";
import { GROUPS, SCHEMAS } from "../../contract/mod.ts";
import type { Route } from "../../route.ts";
import { operationId } from "../operation_id.ts";
import { ANSWERS, BODIES } from "./mod.ts";

Deno.test("each answer of the document has an example that is one", () => {
  deepEqual(Object.keys(ANSWERS).toSorted(), Object.keys(SCHEMAS).toSorted());
  for (const [name, schema] of Object.entries(SCHEMAS)) {
    deepEqual(schema.parse(ANSWERS[name]), ANSWERS[name], name);
  }
});

Deno.test("each body of the document has an example that is taken", () => {
  const ids = new Set<string>();
  for (const [group, routes] of Object.entries(GROUPS)) {
    for (const [name, { body, file }] of Object.entries<Route>(routes)) {
      const id = operationId(group, name);
      if (body || file !== undefined) ids.add(id);
      if (body) equal(body.safeParse(BODIES[id]).error?.message, undefined, id);
    }
  }
  deepEqual(Object.keys(BODIES).toSorted(), [...ids].toSorted());
});

import { equal, ok } from "node:assert/strict";
import { freeDescriptors } from "./descriptors.ts";

Deno.test("freeDescriptors() counts as many as are asked for, and gives them back", () => {
  equal(freeDescriptors(10), 10);
  equal(freeDescriptors(10), 10);
  const taken = Array.from({ length: 5 }, () => Deno.openSync(new URL(import.meta.url)));
  ok(freeDescriptors(50) === 50);
  for (const file of taken) file.close();
});

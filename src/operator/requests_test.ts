import { equal, match, throws } from "node:assert/strict";
import { z } from "zod";
import { OPERATOR } from "../lib/limits.ts";
import { Problem } from "./problem.ts";
import { checked, uuidFromKey } from "./requests.ts";

/** What the problem says that comes of the value. */
function detailOf(schema: z.ZodType, value: unknown): string {
  let detail = "";
  throws(() => checked(schema, value, "body"), (error) => {
    detail = error instanceof Problem ? error.message : "";
    return true;
  });
  return detail;
}

Deno.test({
  name: "checked() tells so many mistakes, and of each no more than is read",
  permissions: "none",
  fn() {
    const some = detailOf(z.strictObject({}), { colour: "red", shape: "round" });
    match(some, /^body: .*"colour", "shape"/);
    const names = Array.from({ length: 30_000 }, (_, n) => [`name${n}`, 1]);
    const many = detailOf(z.strictObject({}), Object.fromEntries(names));
    match(many, /^body: .*"name0".*…$/);
    equal(many.length <= OPERATOR.mistakeCharactersMax + "body: ".length, true);
    const list = detailOf(z.array(z.number()), Array(1_000).fill("x"));
    equal(list.split("; ").length, OPERATOR.mistakesMax);
  },
});

Deno.test({
  name: "uuidFromKey() makes the same UUID of the same key for ever",
  permissions: "none",
  async fn() {
    equal(await uuidFromKey("ticket-4711"), "3180d8ab-9c88-8986-8645-3c2b49ebae3a");
    equal(await uuidFromKey("ticket-4712") === await uuidFromKey("ticket-4711"), false);
  },
});

import { equal } from "node:assert/strict";
import { isOperator, uuidFromKey } from "./token.ts";

Deno.test({
  name: "uuidFromKey() makes the same UUID of the same key for ever",
  permissions: "none",
  async fn() {
    equal(await uuidFromKey("ticket-4711"), "3180d8ab-9c88-8986-8645-3c2b49ebae3a");
    equal(await uuidFromKey("ticket-4712") === await uuidFromKey("ticket-4711"), false);
  },
});

Deno.test({
  name: "isOperator() takes the token as a Bearer's, and nothing else",
  permissions: "none",
  async fn() {
    for (const right of ["Bearer secret", "bearer  secret"]) {
      equal(await isOperator(right, "secret"), true, right);
    }
    for (
      const wrong of [undefined, "", "secret", "Bearer", "Bearer secre", "Bearer secret2", "Basic secret"]
    ) {
      equal(await isOperator(wrong, "secret"), false, String(wrong));
    }
  },
});

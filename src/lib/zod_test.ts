import { deepEqual, equal } from "node:assert/strict";
import { z } from "zod";

Deno.test({
  name: "zod makes no function out of text",
  permissions: "none",
  fn() {
    const real = globalThis.Function;
    let made = 0;
    globalThis.Function = new Proxy(real, {
      construct(...how) {
        made++;
        return Reflect.construct(...how);
      },
    });
    try {
      deepEqual(z.object({ name: z.string() }).parse({ name: "a" }), { name: "a" });
    } finally {
      globalThis.Function = real;
    }
    equal(made, 0);
  },
});

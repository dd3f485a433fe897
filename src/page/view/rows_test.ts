import assert from "node:assert/strict";
import { renderToString } from "hono/jsx/dom/server";
import { storageState, you } from "../../../testing/rigs/page.ts";
import { texts } from "../text/languages.ts";
import { Rows } from "./rows.tsx";

Deno.test({
  name: "Rows() shows a person's number for the telephone, where they have one",
  permissions: "none",
  fn() {
    for (const language of Object.values(texts)) {
      const shown = (number?: string) =>
        renderToString(Rows({
          state: { ...storageState(), you: { ...you, ...number !== undefined && { number } } },
          texts: language,
          actions: undefined,
        }));
      const [before = ""] = language.me.number.split("{number}");
      assert.ok(shown("12345674").includes(`${before}1234 5674`));
      assert.ok(!shown().includes(before));
    }
  },
});

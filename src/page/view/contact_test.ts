import assert from "node:assert/strict";
import { renderToString } from "hono/jsx/dom/server";
import type { Contact } from "../../cabinet/types.ts";
import { texts } from "../text/languages.ts";
import { ContactBeside, ContactWords } from "./contact.tsx";

const permissions = "none";
const contact: Contact = { telephone: "+86 (0)20 1234-5678,9", text: "物业前台 <8:00>" };

Deno.test({
  name: "ContactWords() shows the number to read and to tap, and what stands beside it",
  permissions,
  fn() {
    const html = renderToString(ContactWords({ contact }));
    assert.match(html, /<a href="tel:\+862012345678,9">.*\+86 \(0\)20 1234-5678,9<\/a>/);
    assert.match(html, /<span>物业前台 &lt;8:00&gt;<\/span>/);
    assert.doesNotMatch(renderToString(ContactWords({ contact: { text: "前台" } })), /<a /);
    assert.doesNotMatch(renderToString(ContactWords({ contact: { telephone: "110" } })), /<span><\/span>/);
  },
});

Deno.test({
  name:
    "ContactBeside() stands beside words that send people to the operator, where the cabinet has a contact",
  permissions,
  fn() {
    for (const language of Object.values(texts)) {
      const { overdue, busy } = language.messages.reasons;
      const beside = (words: string, of: Contact | undefined) =>
        ContactBeside({ words, contact: of, texts: language });
      assert.notEqual(beside(overdue.next, contact), null);
      assert.equal(beside(overdue.next, undefined), null);
      assert.equal(beside(busy.next, contact), null);
    }
  },
});

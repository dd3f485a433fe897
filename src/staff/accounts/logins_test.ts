import { equal, throws } from "node:assert/strict";
import { InvalidLoginError, loginFrom } from "./logins.ts";

const pure = { permissions: "none" } as const;

Deno.test("loginFrom() gives a login its one spelling", pure, () => {
  for (
    const [typed, login] of [
      ["Anna@Example.COM", "anna@example.com"],
      ["  anna+work@mail.example.com ", "anna+work@mail.example.com"],
      ["ａｎｎａ＠example.com", "anna@example.com"],
      ["\u212Aim@example.com", "kim@example.com"],
      ["+86 138 0013 8000", "+8613800138000"],
      ["138-0013-8000", "13800138000"],
      ["１３８００１３８０００", "13800138000"],
    ] as const
  ) equal(loginFrom(typed), login);
});

Deno.test("loginFrom() refuses what looks like another login, and says why", pure, () => {
  throws(() => loginFrom("\u0430nna@example.com"), {
    name: "InvalidLoginError",
    message: /an e-mail address of ASCII characters.* it has U\+0430, which is not ASCII/,
  });
  for (
    const wrong of [
      "anna@ex\u0430mple.com",
      "an\u200bna@example.com",
      "anna\u0000@example.com",
      "１٣٨٠٠١٣٨٠٠٠",
    ]
  ) {
    throws(() => loginFrom(wrong), InvalidLoginError, wrong);
  }
});

Deno.test("loginFrom() refuses what is neither an e-mail address nor a mobile number", pure, () => {
  const long = `${"a".repeat(250)}@example.com`;
  for (
    const wrong of ["", "anna", "anna@", "@example.com", "anna@localhost", "a b@example.com", "12345", long]
  ) {
    throws(() => loginFrom(wrong), InvalidLoginError, wrong);
  }
  throws(() => loginFrom("1".repeat(16)), /mobile number of 6 to 15 digits/);
  throws(() => loginFrom("\ufdfa".repeat(254)), InvalidLoginError, "it grows when it is normalized");
});

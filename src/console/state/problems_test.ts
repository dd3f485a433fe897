import { deepEqual } from "node:assert/strict";
import { problemsOf } from "./problems.ts";
import { fieldOf, type JoinWay, type Typed } from "./state.ts";

const nothing: Typed = { login: " ", name: "", password: "", code: "" };

function problems(way: JoinWay, typed: Partial<Typed> = {}, wantsCode = false) {
  return problemsOf({ ...nothing, ...typed }, {
    form: { way, wantsCode },
    limits: { passwordMin: 10, nameMax: 200 },
  });
}

Deno.test("problemsOf() finds what is missing in the form of each way", () => {
  deepEqual(problems("new"), ["login-missing", "name-missing", "password-short"]);
  deepEqual(problems("log-in"), ["login-missing", "password-missing"]);
  deepEqual(problems("log-in", { login: "a", password: "p" }, true), ["code-missing"]);
  deepEqual(problems("log-in", { login: "a", password: "p" }), []);
  deepEqual(problems("reset"), ["password-short"]);
  deepEqual(problems("known"), []);
});

Deno.test("problemsOf() counts the characters of a password as the service does", () => {
  for (const password of ["0123456789", "一二三四五六七八九十", "🔑".repeat(10), " ".repeat(10)]) {
    deepEqual(problems("reset", { password }), [], password);
  }
  for (const password of ["012345678", "🔑".repeat(9), "e\u0301".repeat(9)]) {
    deepEqual(problems("reset", { password }), ["password-short"], password);
  }
});

Deno.test("fieldOf() knows where a problem is shown", () => {
  deepEqual(
    ["login-taken", "name-missing", "password-bad", "code-wrong"].map((problem) =>
      fieldOf(problem as "wrong")
    ),
    [
      "login",
      "name",
      "password",
      "code",
    ],
  );
  for (const problem of ["wrong", "session-over", "too-many", "away"] as const) {
    deepEqual(fieldOf(problem), undefined);
  }
});

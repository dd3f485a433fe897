import { equal, notEqual, ok } from "node:assert/strict";
import { OPERATOR } from "../lib/limits.ts";
import { Confirmations } from "./confirmation.ts";

const NOON = Date.UTC(2026, 0, 1, 12);
const [A, B, C] = ["0f", "1f", "2f"].map((end) => `5f0f7f6e-0000-4000-8000-0000000000${end}`) as [
  string,
  string,
  string,
];
const clearing = ["lobby", 0, [A, B]];

function rig({ token = "operator-token", purpose = "tests" } = {}) {
  let now = NOON;
  const confirmations = new Confirmations(token, { purpose, wallClock: () => now });
  return { confirmations, pass: (ms: number) => now += ms };
}

Deno.test({
  name: "Confirmations.confirms() knows what it offered, also in another program with the same token",
  permissions: "none",
  fn() {
    const { confirm, expiresAt } = rig().confirmations.offer(clearing);
    equal(expiresAt, NOON + OPERATOR.confirmMs);
    const { confirmations } = rig();
    ok(confirmations.confirms(confirm, clearing));
    ok(confirmations.confirms(confirmations.offer([]).confirm, []));
  },
});

Deno.test({
  name: "Confirmations.confirms() refuses anything else, another operator token and another purpose",
  permissions: "none",
  fn() {
    const { confirmations } = rig();
    const { confirm } = confirmations.offer(clearing);
    const others = [
      ["hall", 0, [A, B]],
      ["lobby", 1, [A, B]],
      ["lobby", 0, [A]],
      ["lobby", 0, [A, B, C]],
      ["lobby", 0, [A, C]],
      ["lobby", 0, []],
      [],
    ];
    for (const other of others) equal(confirmations.confirms(confirm, other), false, JSON.stringify(other));
    equal(rig({ token: "another-token" }).confirmations.confirms(confirm, clearing), false);
    equal(rig({ purpose: "another act" }).confirmations.confirms(confirm, clearing), false);
  },
});

Deno.test({
  name:
    "Confirmations.confirms() refuses a token that is too old, also when somebody writes a later time into it",
  permissions: "none",
  fn() {
    const { confirmations, pass } = rig();
    const { confirm, expiresAt } = confirmations.offer(clearing);
    pass(OPERATOR.confirmMs - 1);
    ok(confirmations.confirms(confirm, clearing));
    pass(1);
    equal(confirmations.confirms(confirm, clearing), false);
    const later = confirm.replace(`${expiresAt}.`, `${expiresAt + 60_000}.`);
    notEqual(later, confirm);
    equal(confirmations.confirms(later, clearing), false);
  },
});

Deno.test({
  name: "Confirmations.confirms() goes by when the token came",
  permissions: "none",
  fn() {
    let now = NOON;
    const confirmations = new Confirmations("operator-token", { purpose: "test", wallClock: () => now });
    const { confirm, expiresAt } = confirmations.offer(["a"]);
    now = expiresAt + 60_000;
    ok(confirmations.confirms(confirm, ["a"], { at: expiresAt - 1 }));
    equal(confirmations.confirms(confirm, ["a"], { at: expiresAt }), false);
    equal(confirmations.confirms(confirm, ["b"], { at: expiresAt - 1 }), false);
  },
});

Deno.test({
  name: "Confirmations.confirms() refuses what is not a token at all",
  permissions: "none",
  fn() {
    const { confirmations } = rig();
    const { confirm, expiresAt } = confirmations.offer(clearing);
    const wrong = [
      "",
      ".",
      "yes",
      `${expiresAt}.`,
      `${expiresAt}.${"0".repeat(64)}`,
      confirm.toUpperCase(),
      `${confirm}0`,
    ];
    for (const text of wrong) equal(confirmations.confirms(text, clearing), false, text);
  },
});

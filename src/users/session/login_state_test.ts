import { deepEqual, equal, match, notEqual } from "node:assert/strict";
import { PERSON } from "../../lib/limits.ts";
import { LoginStates } from "./login_state.ts";

const SECRET = "the secret of the tests";
const BOUND = { cabinet: "lobby-a", browser: "0".repeat(32) };
const START = Date.UTC(2026, 0, 1);

function pure(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

function statesAt(now: number, secret = SECRET): LoginStates {
  return new LoginStates({ secret, wallClock: () => now });
}

pure("LoginStates.make() makes what WeChat takes, never the same twice", () => {
  const states = statesAt(START);
  const state = states.make(BOUND);
  match(state, /^[a-zA-Z0-9]{1,128}$/);
  notEqual(state, states.make(BOUND));
});

pure("LoginStates.check() knows its own until its time is up", () => {
  const state = statesAt(START).make(BOUND);
  const checked = statesAt(START + PERSON.loginMs - 1).check(state, BOUND);
  deepEqual(checked, { nonce: state.slice(0, 32), until: START + PERSON.loginMs });
  equal(statesAt(START + PERSON.loginMs).check(state, BOUND), "expired");
});

pure("LoginStates.check() tells another browser, or cabinet, from a forgery", () => {
  const states = statesAt(START);
  const state = states.make(BOUND);
  equal(states.check(state, { ...BOUND, browser: "1".repeat(32) }), "foreign");
  equal(states.check(state, { ...BOUND, browser: "" }), "foreign");
  equal(states.check(state, { ...BOUND, cabinet: "lobby-b" }), "foreign");
  equal(statesAt(START, "another secret").check(state, BOUND), "forged");
});

pure("LoginStates.check() takes no state in which one character is another", () => {
  const states = statesAt(START);
  const state = states.make(BOUND);
  for (let index = 0; index < state.length; index++) {
    const other = state[index] === "0" ? "1" : "0";
    equal(states.check(state.slice(0, index) + other + state.slice(index + 1), BOUND), "forged", `${index}`);
  }
  for (const odd of ["", "x", state.slice(1), `${state}0`, state.toUpperCase()]) {
    equal(states.check(odd, BOUND), "forged", odd);
  }
});

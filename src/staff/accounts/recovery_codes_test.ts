import { deepEqual, equal, match } from "node:assert/strict";
import { newRecoveryCodes, recoveryHash } from "./recovery_codes.ts";

const pure = { permissions: "none" } as const;

Deno.test("newRecoveryCodes() makes ten codes, and what recoveryHash() finds of each", pure, async () => {
  const { codes, hashes } = await newRecoveryCodes();
  equal(new Set(codes).size, 10);
  for (const code of codes) match(code, /^(?:[0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}$/);
  deepEqual(await Promise.all(codes.map(recoveryHash)), hashes);
});

Deno.test("recoveryHash() reads a code as people type it, and nothing else", pure, async () => {
  const hash = await recoveryHash("a1b0-c1d0-e1f0-g1h0");
  match(hash ?? "", /^[0-9a-f]{64}$/);
  for (const typed of ["A1B0C1D0E1F0G1H0", " a1b0 c1d0 e1f0 g1h0", "aIbO-cLdo-eif0-g1h0"]) {
    equal(await recoveryHash(typed), hash, typed);
  }
  for (const wrong of ["", "123456", "a1b0-c1d0-e1f0-g1h", "a1b0-c1d0-e1f0-g1hu", "a1b0-c1d0-e1f0-g1h00"]) {
    equal(await recoveryHash(wrong), undefined, wrong);
  }
});

import assert from "node:assert/strict";
import { uuidOf } from "./uuid.ts";

const permissions = "none";

Deno.test({
  name: "uuidOf() makes a version 7 UUID whatever the bytes",
  permissions,
  fn() {
    assert.equal(uuidOf(new Uint8Array(16), 0), "00000000-0000-7000-8000-000000000000");
    assert.equal(uuidOf(new Uint8Array(16).fill(0xff), 2 ** 48 - 1), "ffffffff-ffff-7fff-bfff-ffffffffffff");
    // RFC 9562, A.6: its time is 2022-02-22T19:22:22Z.
    assert.match(uuidOf(new Uint8Array(16), 1_645_557_742_000), /^017f22e2-79b0-7/);
  },
});

Deno.test({
  name: "uuidOf() grows with time",
  permissions,
  fn() {
    const ids = [1, 255, 256, 65_536, 1_645_557_742_000].map((at) => uuidOf(new Uint8Array(16).fill(at), at));
    assert.deepEqual(ids.toSorted(), ids);
  },
});

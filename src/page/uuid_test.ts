import assert from "node:assert/strict";
import { uuidOf } from "./uuid.ts";

const permissions = "none";

Deno.test({
  name: "uuidOf() makes a version 4 UUID whatever the bytes",
  permissions,
  fn() {
    assert.equal(uuidOf(new Uint8Array(16)), "00000000-0000-4000-8000-000000000000");
    assert.equal(uuidOf(new Uint8Array(16).fill(0xff)), "ffffffff-ffff-4fff-bfff-ffffffffffff");
  },
});

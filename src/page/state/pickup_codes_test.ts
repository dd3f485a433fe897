import assert from "node:assert/strict";
import { grouped, readCode } from "./pickup_codes.ts";

const permissions = "none";

Deno.test({
  name: "readCode() takes eight digits, with any spaces and of any width",
  permissions,
  fn() {
    for (const typed of ["12345678", " 1234 5678 ", "1234-5678", "1234\u20135678", "１２３４　５６７８"]) {
      assert.deepEqual(readCode(typed), { code: "12345678" }, typed);
    }
  },
});

Deno.test({
  name: "readCode() returns how many digits there are, or that there are other characters",
  permissions,
  fn() {
    assert.deepEqual(readCode(""), { digits: 0 });
    assert.deepEqual(readCode("1234 567"), { digits: 7 });
    assert.deepEqual(readCode("123456789"), { digits: 9 });
    assert.deepEqual(readCode("1234 567O"), { digits: undefined });
  },
});

Deno.test({
  name: "grouped() splits a code into two groups",
  permissions,
  fn() {
    assert.equal(grouped("12345678"), "1234 5678");
  },
});

import assert from "node:assert/strict";
import { grouped, readCode } from "./pickup_codes.ts";

const permissions = "none";

Deno.test({
  name: "readCode() takes eight digits, however they are spaced or wide",
  permissions,
  fn() {
    for (const typed of ["12345678", " 1234 5678 ", "1234-5678", "1234\u20135678", "１２３４　５６７８"]) {
      assert.deepEqual(readCode(typed), { code: "12345678" }, typed);
    }
  },
});

Deno.test({
  name: "readCode() says how many digits there are, or that there is something else",
  permissions,
  fn() {
    assert.deepEqual(readCode(""), { digits: 0 });
    assert.deepEqual(readCode("1234 567"), { digits: 7 });
    assert.deepEqual(readCode("123456789"), { digits: 9 });
    assert.deepEqual(readCode("1234 567O"), { digits: undefined });
  },
});

Deno.test({
  name: "grouped() parts a code as it is read out",
  permissions,
  fn() {
    assert.equal(grouped("12345678"), "1234 5678");
  },
});

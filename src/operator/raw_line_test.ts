import { deepEqual, equal } from "node:assert/strict";
import { bytesOfHex, spacedHex } from "./raw_line.ts";

Deno.test({
  name: "bytesOfHex() takes the tutorial's example with and without spaces, in either case",
  permissions: "none",
  fn() {
    const expected = Uint8Array.of(0xa0, 1, 1, 0xa2);
    for (const text of ["A0 01 01 A2", "a00101a2", " A0 0101\tA2\n"]) {
      deepEqual(bytesOfHex(text), expected, text);
    }
  },
});

Deno.test({
  name: "bytesOfHex() refuses odd and foreign characters",
  permissions: "none",
  fn() {
    for (const text of ["", " ", "A", "A0 1", "A0 0x01", "A0 G1", "A0,01", "\u0661\u0661"]) {
      equal(bytesOfHex(text), undefined, text);
    }
  },
});

Deno.test({
  name: "spacedHex() writes upper-case pairs with one space between them",
  permissions: "none",
  fn() {
    equal(spacedHex(Uint8Array.of(0xa0, 1, 0, 0xff)), "A0 01 00 FF");
    equal(spacedHex(new Uint8Array()), "");
  },
});

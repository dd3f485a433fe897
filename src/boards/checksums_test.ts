import { equal } from "node:assert/strict";
import { crc16Modbus, sum8, xor } from "./checksums.ts";

/** The text whose check values catalogues of checksums list. */
const CHECKED = new TextEncoder().encode("123456789");

function test(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

test("crc16Modbus(), sum8() and xor() give the check values of 123456789", () => {
  equal(crc16Modbus(CHECKED, 0, 9), 0x4b37);
  equal(sum8(CHECKED, 0, 9), 0xdd);
  equal(xor(CHECKED, 0, 9), 0x31);
});

test("crc16Modbus(), sum8() and xor() look at no byte outside of start and end", () => {
  const among = Uint8Array.of(0xff, ...CHECKED, 0x55);
  for (const sum of [crc16Modbus, sum8, xor]) equal(sum(among, 1, 10), sum(CHECKED, 0, 9), sum.name);
});

test("crc16Modbus(), sum8() and xor() start from 0xFFFF, 0 and 0", () => {
  equal(crc16Modbus(CHECKED, 4, 4), 0xffff);
  equal(sum8(CHECKED, 4, 4), 0);
  equal(xor(CHECKED, 4, 4), 0);
});

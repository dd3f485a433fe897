import { deepEqual, equal, match, ok } from "node:assert/strict";
import { keyOfPart, keysIn, placesOfPart, type RegistrationPart, weaknessOf } from "./registration_part.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const text = (text: string, at: number | null = null): RegistrationPart => ({ bytes: bytesOf(text), at });
const hex = (hex: string, at: number | null = null): RegistrationPart => ({
  bytes: Uint8Array.fromHex(hex),
  at,
});

function test(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

test("weaknessOf() refuses what many devices send", () => {
  for (
    const sound of [
      text("866714045455127"),
      text('"imei":"866714045455127"'),
      text("00D0C9E8F712"),
      text("SN004217", 3),
    ]
  ) {
    equal(weaknessOf(sound), undefined, new TextDecoder().decode(sound.bytes));
  }
  for (const sound of [hex("0866714045455127"), hex("667140454551", 1)]) equal(weaknessOf(sound), undefined);
  for (
    const weak of [
      '"imei":"',
      '"model":"',
      '"ver":"1.9.3"}',
      "86671404",
      "20261130",
      "ABCDEFABCDEF",
      "      ",
    ]
  ) {
    match(String(weaknessOf(text(weak))), /digits|bytes/, weak);
  }
  match(String(weaknessOf(text('"csq":24', 1))), /6 digits/);
  for (const weak of ["00000000000000", "0102030405", "FEFEFEFEFE0001", "AB".repeat(25)]) {
    match(String(weaknessOf(hex(weak, 0))), /bytes/, weak);
  }
});

test("keysIn() has the key of each part that is in the packet", () => {
  const packet = bytesOf('{"csq":24,"imei":"866714045455127","ver":"1.9.3"}');
  const part = text('imei":"866714045455127"');
  deepEqual(keysIn(packet, []), ["866714045455127"]);
  equal(keyOfPart(part), "866714045455127");
  const bcd = hex("66714045455127", 1);
  ok(keysIn(Uint8Array.fromHex("0866714045455127"), [6, 7]).includes(keyOfPart(bcd)));
  // However long the packet is.
  ok(keysIn(new Uint8Array(512), [6, 7, 8]).length < 600);
});

test("placesOfPart() finds a text as whole words only, and what has a place there only", () => {
  const packet = bytesOf("A866714045455127 866714045455127");
  deepEqual(placesOfPart(text("866714045455127"), packet, [0]), [17]);
  deepEqual(placesOfPart(text("866714045455127", 17), packet, [0]), [17]);
  deepEqual(placesOfPart(text("866714045455127", 16), packet, [0, 1]), [17], "behind noise");
  deepEqual(placesOfPart(text("866714045455127", 5), packet, [0]), []);
  deepEqual(placesOfPart(text("866714045455127"), bytesOf("8667"), [0]), []);
});

test("placesOfPart() finds bytes that happen to be printable, but not in text", () => {
  const bcd = hex("66714045455127", 1);
  deepEqual(placesOfPart(bcd, Uint8Array.fromHex("2866714045455127"), [0]), [1]);
  const status: RegistrationPart = { bytes: bytesOf('"statuse'), at: null };
  equal(weaknessOf(status), undefined, "it could be a number in BCD");
  deepEqual(placesOfPart(status, bytesOf('{"statuse":1,"imei":"866714045455127"}'), [0]), []);
});

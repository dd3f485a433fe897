import { describedCabinet } from "../../../testing/rigs/device_cabinet.ts";
import { deepEqual, equal } from "node:assert/strict";
import { familyNamed } from "../../boards/mod.ts";
import type { DeviceCabinet } from "../cabinet.ts";
import { DEVICE } from "../../lib/limits.ts";
import { mayFollowRegistration, registrationOffsets } from "./dtu_preamble.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const hex = (text: string): Uint8Array => Uint8Array.fromHex(text.replaceAll(" ", ""));

function cabinet(more: Partial<DeviceCabinet> = {}): DeviceCabinet {
  return describedCabinet({
    family: familyNamed("8a"),
    registration: bytes("IMEI1"),
    heartbeat: hex("FE"),
    ...more,
  });
}

Deno.test({
  name:
    "mayFollowRegistration() takes bytes that a DTU sends next and none that make the registration longer",
  permissions: "none",
  fn() {
    const raw = cabinet({ family: undefined, heartbeat: undefined });
    for (
      const rest of [hex(""), bytes("\r\n"), bytes("\n"), hex("FE"), bytes("IMEI1"), hex("8A 01"), hex("80")]
    ) {
      equal(mayFollowRegistration(rest, cabinet()), true, rest.toHex());
    }
    for (const rest of [bytes("2"), bytes("x"), bytes(" "), bytes("-2"), bytes("柜"), hex("E6")]) {
      equal(mayFollowRegistration(rest, cabinet()), false, rest.toHex());
    }
    equal(mayFollowRegistration(hex("A0"), raw), true);
    equal(mayFollowRegistration(bytes("2"), raw), false);
  },
});

Deno.test({
  name:
    "mayFollowRegistration() takes noise behind a text, and behind other bytes only what is surely a glitch",
  permissions: "none",
  fn() {
    const noise = [hex("FE"), hex("00 82 01 01 00 82"), hex("13 07 80"), hex("F0")];
    for (const family of [undefined, "8a", "lcus", "wkly", "modbus"]) {
      const noiseless = cabinet({ family: family && familyNamed(family) || undefined, heartbeat: undefined });
      for (const rest of noise) {
        equal(mayFollowRegistration(rest, noiseless), true, `${family}: ${rest.toHex()}`);
      }
    }
    const bcd = cabinet({ registration: hex("08 66 71 40 45 45 51 27"), heartbeat: hex("42 43") });
    for (
      const rest of ["00", "FE", "FF FF 00", "00 82 01 01 00 82", "F8 0D", "FE 42 43", "82", "80 80 01 00"]
    ) {
      equal(mayFollowRegistration(hex(rest), bcd), true, rest);
    }
    for (
      const rest of ["13", "01", "00 13", "FE 42", "00 31", "FF".repeat(DEVICE.noiseBytesMax + 1) + "13"]
    ) {
      equal(mayFollowRegistration(hex(rest), bcd), false, rest);
    }
    const short = cabinet({ registration: hex("01 02 03"), heartbeat: undefined });
    deepEqual([mayFollowRegistration(hex("FE"), short), mayFollowRegistration(hex("82"), short)], [
      false,
      true,
    ]);
  },
});

Deno.test({
  name:
    "mayFollowRegistration() takes a frame whose head is a letter behind a text only when all of it is there",
  permissions: "none",
  fn() {
    const wkly = cabinet({ family: familyNamed("wkly"), heartbeat: undefined });
    const frame = hex("57 4B 4C 59 0B 00 82 00 01 00 81");
    frame[10] = frame.subarray(0, 10).reduce((sum, byte) => sum ^ byte, 0);
    equal(mayFollowRegistration(frame, wkly), true);
    for (const rest of ["W", "WK2", "WKLY"]) equal(mayFollowRegistration(bytes(rest), wkly), false, rest);
  },
});

Deno.test({
  name: "registrationOffsets() are where a registration may stand behind noise, and few",
  permissions: "none",
  fn() {
    const cases: [Uint8Array, number[]][] = [
      [bytes("IMEI1"), [0]],
      [hex("00 49 4D"), [0, 1]],
      [hex("F0 FE 03 33 80 49 4D"), [0, 1, 2, 3, 5]],
      [hex("13 49 4D"), [0, 1]],
      [bytes("IMEI\0IMEI1"), [0]],
      [hex("00 00"), [0, 1]],
    ];
    for (const [said, places] of cases) deepEqual(registrationOffsets(said), places, said.toHex());
    for (const byte of [0x00, 0x41, 0x13, 0xff]) {
      for (const other of [0x00, 0x41, 0x13]) {
        const said = Uint8Array.from({ length: 512 }, (_, index) => index % 2 === 0 ? byte : other);
        equal(registrationOffsets(said).length <= DEVICE.beginningsMax, true);
      }
    }
  },
});

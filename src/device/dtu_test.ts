import { describedCabinet } from "./_cabinet.ts";
import { equal } from "node:assert/strict";
import { familyNamed } from "../boards/mod.ts";
import type { DeviceCabinet } from "./cabinet.ts";
import { mayFollow } from "./dtu.ts";

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
  name: "mayFollow() takes what a DTU sends next and nothing that makes the registration longer",
  permissions: "none",
  fn() {
    const raw = cabinet({ family: undefined, heartbeat: undefined });
    for (
      const rest of [hex(""), bytes("\r\n"), bytes("\n"), hex("FE"), bytes("IMEI1"), hex("8A 01"), hex("80")]
    ) {
      equal(mayFollow(rest, cabinet()), true, rest.toHex());
    }
    for (const rest of [bytes("2"), bytes("x"), hex("00"), bytes(" ")]) {
      equal(mayFollow(rest, cabinet()), false, rest.toHex());
    }
    equal(mayFollow(hex("A0"), raw), true);
    equal(mayFollow(bytes("2"), raw), false);
  },
});

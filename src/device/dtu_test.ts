import { deepEqual, equal } from "node:assert/strict";
import { familyNamed } from "../boards/mod.ts";
import { type DeviceCabinet, Layout } from "./cabinet.ts";
import { mayFollow, unwrap } from "./dtu.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const hex = (text: string): Uint8Array => Uint8Array.fromHex(text.replaceAll(" ", ""));

function cabinet(more: Partial<DeviceCabinet> = {}): DeviceCabinet {
  return {
    id: "cab",
    family: familyNamed("8a"),
    wiring: "short-when-locked",
    describedAt: 0,
    localEcho: false,
    registration: bytes("IMEI1"),
    heartbeat: hex("FE"),
    heartbeatEcho: false,
    layout: new Layout([], 1),
    ...more,
  };
}

Deno.test({
  name: "unwrap() takes off registrations, heartbeats and line ends, and leaves the bus's bytes",
  permissions: "none",
  fn() {
    const cases: [Uint8Array, string, number][] = [
      [hex("8A 01 01 00 8A"), "8a0101008a", 0],
      [hex("FE"), "", 1],
      [hex("FE FE 8A 01"), "8a01", 2],
      [Uint8Array.from([...bytes("IMEI1\r\n"), 0x8a]), "8a", 0],
      [Uint8Array.from([...bytes("IMEI1"), 0xfe, ...bytes("IMEI1"), 0x80]), "80", 1],
      [hex("8A FE"), "8afe", 0],
      [bytes("IMEI"), bytes("IMEI").toHex(), 0],
    ];
    for (const [chunk, bus, heartbeats] of cases) {
      const unwrapped = unwrap(chunk, cabinet());
      deepEqual([unwrapped.bus.toHex(), unwrapped.heartbeats], [bus, heartbeats]);
    }
  },
});

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

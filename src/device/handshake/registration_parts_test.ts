import { deepEqual, equal } from "node:assert/strict";
import { describedCabinet } from "../../../testing/rigs/device_cabinet.ts";
import { chance } from "../../../testing/chance.ts";
import { keyOfPart, keysIn } from "../../cabinet/registration/registration_part.ts";
import { cabinetByPart, type CabinetOfPart } from "./registration_parts.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

function of(
  id: string,
  text: string | Uint8Array,
  more: { at?: number; organization?: string } = {},
): CabinetOfPart {
  const bytes = typeof text === "string" ? bytesOf(text) : text;
  const cabinet = describedCabinet({ id, registration: bytes, heartbeat: bytesOf("$$") });
  return { cabinet, organization: more.organization ?? "main", part: { bytes, at: more.at ?? null } };
}

function named(packet: string, cabinets: readonly CabinetOfPart[]): unknown {
  const found = cabinetByPart(bytesOf(packet), cabinets);
  return typeof found === "object" ? found.cabinet.id : found;
}

const IMEI = "866714045455127";
const ICCID = "8986044210001234567";
const PACKET = `{"imei":"${IMEI}","iccid":"${ICCID}"}`;

Deno.test("cabinetByPart() takes a part at its place before one anywhere, and the longer of two", () => {
  equal(named(PACKET, []), undefined);
  equal(named(PACKET, [of("iccid", ICCID), of("imei", IMEI)]), "iccid");
  equal(named(PACKET, [of("iccid", ICCID), of("imei", IMEI, { at: 9 })]), "imei");
  equal(named(PACKET, [of("iccid", ICCID), of("imei", IMEI, { at: 8 })]), "iccid");
  equal(named(PACKET, [of("a", `imei":"${IMEI}`), of("b", ICCID.concat('"}'))]), "a");
});

Deno.test("cabinetByPart() names nobody where organizations or parts of one length compete", () => {
  const other = { organization: "other" };
  equal(named(PACKET, [of("iccid", ICCID, other), of("imei", IMEI)]), "several-cabinets");
  equal(named(PACKET, [of("iccid", ICCID, other), of("imei", IMEI, { at: 9 })]), "imei");
  equal(named(PACKET, [of("a", IMEI), of("b", ICCID.slice(0, 0).concat("860000000000001"))]), "a");
  equal(named(`${IMEI} 860000000000001`, [of("a", IMEI), of("b", "860000000000001")]), "several-cabinets");
  equal(named(PACKET, Array.from({ length: 33 }, (_, n) => of(`${n}`, IMEI))), "several-cabinets");
});

Deno.test("cabinetByPart() says which bytes are the packet", () => {
  const said = (packet: Uint8Array, cabinet: CabinetOfPart) => {
    const found = cabinetByPart(packet, [cabinet]);
    return typeof found === "object" &&
      [found.length, new TextDecoder("latin1").decode(found.cabinet.registration)];
  };
  const frame = Uint8Array.of(0x82, 0x01, 0x00);
  const packet = bytesOf(PACKET);
  deepEqual(said(packet, of("a", IMEI)), [packet.length, PACKET]);
  deepEqual(said(Uint8Array.of(0, ...packet, ...frame), of("a", IMEI)), [packet.length + 1, PACKET]);
  deepEqual(said(Uint8Array.of(...packet, ...bytesOf("$$$$")), of("a", IMEI)), [packet.length, PACKET]);
  deepEqual(said(bytesOf(`A ${IMEI}$$`), of("a", IMEI)), [17, `A ${IMEI}`]);
});

Deno.test("cabinetByPart() finds each part wherever it is told to be, in any packet", () => {
  const random = chance("parts of packets");
  const below = (max: number) => Math.floor(random() * max);
  for (let tried = 0; tried < 2_000; tried++) {
    const isBinary = random() < 0.5;
    const part = isBinary
      ? Uint8Array.from({ length: 7 }, (_, n) => n === 0 ? 0x80 : 1 + below(0x7f))
      : bytesOf(`8${Array.from({ length: 14 }, () => below(10)).join("")}`);
    const before = Uint8Array.from(
      { length: below(60) },
      () => isBinary ? 0x90 + below(0x60) : 0x20 + below(0x10),
    );
    const behind = Uint8Array.from(
      { length: below(60) },
      () => isBinary ? 0x90 + below(0x60) : 0x20 + below(0x10),
    );
    const packet = Uint8Array.of(...before, ...part, ...behind);
    for (const at of [undefined, before.length]) {
      const cabinet = of("a", part, at === undefined ? {} : { at });
      const found = cabinetByPart(packet, [cabinet]);
      equal(typeof found === "object" && found.cabinet.id, "a", `${packet.toHex()} ${part.toHex()} ${at}`);
      equal(keysIn(packet, [part.length]).includes(keyOfPart(cabinet.part)), true, packet.toHex());
    }
    const cut = packet.subarray(0, before.length + below(part.length));
    equal(cabinetByPart(cut, [of("a", part)]), undefined, cut.toHex());
  }
});

/**
 * The values were computed with `openssl dgst -sha256 -hmac`, from the strings of `docs/device-protocol.md`.
 *
 * @module
 */
import { equal, notEqual } from "node:assert/strict";
import {
  controllerProof,
  isSameDigest,
  openMac,
  pingMac,
  serviceProof,
  sessionKey,
  timeMac,
} from "./proof.ts";

const SECRET = "kfM3xU0pWq7RzN5cT1bYhL8d";
const GREETINGS = {
  cabinet: "lobby-a",
  controllerNonce: "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
  serviceNonce: "00112233445566778899aabbccddeeff",
};
const PROOF = "fc01150f9139c4200ce827305c876219ace2b9fe8a60389e9c304d38a00f2bb7";
const KEY = "6627dd44f40caf7e10fb54b2295f017ced04efa84da64d32d87ba9aba7020309";

function test(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

test("controllerProof(), serviceProof() and sessionKey() are what the documentation says", () => {
  equal(controllerProof(SECRET, GREETINGS), PROOF);
  equal(
    serviceProof(SECRET, GREETINGS),
    "7ea479104c8da7e2fd653438b48eff0dc5b74d4c1f986be28c5488ab4744cb02",
  );
  equal(sessionKey(SECRET, GREETINGS).toHex(), KEY);
});

test("controllerProof() takes secrets that are longer than a block of the hash", () => {
  equal(
    controllerProof("A1~x".repeat(32), { ...GREETINGS, cabinet: "x" }),
    "362e7533277d42af6e076ae7d47d82c2058684471a83c5faf09277b97fc22b84",
  );
});

test("openMac() is what the documentation says, and differs with each field", () => {
  const open = { id: "018f6a4e-5c1d-7b3a-9e2f-4d6c8b0a1e37", lock: 7, until: 1_764_057_604_000 };
  const key = Uint8Array.fromHex(KEY);
  const mac = openMac(key, open);
  equal(mac, "0e7aabdc468f3f6053f6c65a83a0207713fd71b4105d309b385c723b9d45778a");
  for (const other of [{ id: open.id.replace("0", "1") }, { lock: 8 }, { until: open.until + 1 }]) {
    notEqual(openMac(key, { ...open, ...other }), mac);
  }
  notEqual(openMac(new Uint8Array(32), open), mac);
});

test("pingMac() is what the documentation says, and another one for each ping", () => {
  const key = Uint8Array.fromHex(KEY);
  const mac = pingMac(key, 1);
  equal(mac, "bced1b64a1b97e5cef56a3d81c6dd4201361993bda67685815f43c8de468f580");
  notEqual(pingMac(key, 2), mac);
  notEqual(pingMac(new Uint8Array(32), 1), mac);
});

test("timeMac() is what the documentation says, and another one for each ping and time", () => {
  const key = Uint8Array.fromHex(KEY);
  const welcomed = { n: 0, time: 1_764_057_600_000 };
  equal(timeMac(key, welcomed), "b8c81a01e01a81bb68f4ab0ae2909e4eb2a27e6d3c30f80e01b84d233c8fa47e");
  const answered = { n: 1, time: 1_764_057_620_000 };
  const mac = timeMac(key, answered);
  equal(mac, "808a57dba52cb2ab02a12a35aa870677d9c91de163dd9bddcb602edf46834acf");
  for (const other of [{ n: 0 }, { n: 2 }, { time: answered.time - 1 }]) {
    notEqual(timeMac(key, { ...answered, ...other }), mac);
  }
  notEqual(timeMac(new Uint8Array(32), answered), mac);
});

test("isSameDigest() compares all of both", () => {
  equal(isSameDigest(PROOF, PROOF), true);
  equal(isSameDigest(PROOF, PROOF.replace(/.$/, "8")), false);
  equal(isSameDigest(PROOF, PROOF.replace(/^./, "0")), false);
  equal(isSameDigest(PROOF, PROOF.slice(2)), false);
  equal(isSameDigest("", PROOF), false);
});

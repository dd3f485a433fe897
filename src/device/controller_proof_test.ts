/**
 * The values were computed with `openssl dgst -sha256 -hmac`, from the strings of `docs/device-protocol.md`.
 *
 * @module
 */
import { equal, notEqual } from "node:assert/strict";
import { controllerProof, isSameProof, openMac, serviceProof, sessionKey } from "./controller_proof.ts";

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

test("openMac() is what the documentation says, and another one for each thing that is said", () => {
  const open = { id: "018f6a4e-5c1d-7b3a-9e2f-4d6c8b0a1e37", lock: 7, until: 1_764_057_604_000 };
  const key = Uint8Array.fromHex(KEY);
  const mac = openMac(key, open);
  equal(mac, "0e7aabdc468f3f6053f6c65a83a0207713fd71b4105d309b385c723b9d45778a");
  for (const other of [{ id: open.id.replace("0", "1") }, { lock: 8 }, { until: open.until + 1 }]) {
    notEqual(openMac(key, { ...open, ...other }), mac);
  }
  notEqual(openMac(new Uint8Array(32), open), mac);
});

test("isSameProof() compares all of both", () => {
  equal(isSameProof(PROOF, PROOF), true);
  equal(isSameProof(PROOF, PROOF.replace(/.$/, "8")), false);
  equal(isSameProof(PROOF, PROOF.replace(/^./, "0")), false);
  equal(isSameProof(PROOF, PROOF.slice(2)), false);
  equal(isSameProof("", PROOF), false);
});

import { equal } from "node:assert/strict";
import { isSignedPush, signatureOf } from "./signature.ts";

const TOKEN = "kaiguiToken1";
const TIMESTAMP = "1414587457";
const NONCE = "1320562132";
const SIGNATURE = signatureOf([TOKEN, TIMESTAMP, NONCE]);
const PUSH = { token: TOKEN, timestamp: TIMESTAMP, nonce: NONCE, signature: SIGNATURE };

function pure(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

pure("signatureOf() is the SHA-1 of the sorted and joined parts", () => {
  // printf 13205621321414587457kaiguiToken1 | sha1sum
  equal(SIGNATURE, "ec736b7bf89c875f59b0531bf1750ae28ef58d06");
  equal(signatureOf([NONCE, TOKEN, TIMESTAMP]), SIGNATURE);
});

pure("isSignedPush() accepts WeChat's signature", () => {
  equal(isSignedPush(PUSH), true);
});

pure("isSignedPush() refuses forgeries", () => {
  equal(isSignedPush({ ...PUSH, token: "another" }), false);
  equal(isSignedPush({ ...PUSH, timestamp: "1414587458" }), false);
  equal(isSignedPush({ ...PUSH, nonce: "1320562133" }), false);
  for (
    const signature of [
      "",
      "x",
      SIGNATURE.slice(1),
      `${SIGNATURE}0`,
      SIGNATURE.toUpperCase(),
      "柜".repeat(40),
    ]
  ) {
    equal(isSignedPush({ ...PUSH, signature }), false, signature);
  }
  for (let index = 0; index < SIGNATURE.length; index++) {
    const other = SIGNATURE[index] === "0" ? "1" : "0";
    const signature = SIGNATURE.slice(0, index) + other + SIGNATURE.slice(index + 1);
    equal(isSignedPush({ ...PUSH, signature }), false, `${index}`);
  }
});

pure("isSignedPush() refuses digits moved between nonce and timestamp", () => {
  const moved = { timestamp: `2${TIMESTAMP}`, nonce: NONCE.slice(0, -1) };
  equal(signatureOf([TOKEN, moved.nonce, moved.timestamp]), SIGNATURE);
  equal(isSignedPush({ ...PUSH, ...moved }), false);
});

pure("isSignedPush() refuses a timestamp that is not ten digits", () => {
  for (const timestamp of ["", "0", "1e9", " 141458745", "14145874570", "NaN"]) {
    const signature = signatureOf([TOKEN, timestamp, NONCE]);
    equal(isSignedPush({ ...PUSH, timestamp, signature }), false, timestamp);
  }
});

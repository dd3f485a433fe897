import { equal, match } from "node:assert/strict";
import { newTotpSecret, totpStep, totpUri } from "./totp.ts";

/** "12345678901234567890" in base32, and what it gives (RFC 6238, appendix B), without the first two of eight digits. */
const SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const VECTORS = [[59, "287082"], [1_111_111_109, "081804"], [2_000_000_000, "279037"]] as const;

const pure = { permissions: "none" } as const;

Deno.test("totpStep() takes the codes of RFC 6238, and those of one step before and after", pure, () => {
  for (const [seconds, code] of VECTORS) {
    const step = Math.floor(seconds / 30);
    for (const offset of [-30, 0, 30]) {
      equal(totpStep(code, { secret: SECRET, at: (seconds + offset) * 1000 }), step, `${seconds} ${offset}`);
    }
    for (const offset of [-60, 60]) {
      equal(totpStep(code, { secret: SECRET, at: (seconds + offset) * 1000 }), undefined);
    }
  }
});

Deno.test("totpStep() reads a code as people type it, and nothing else", pure, () => {
  const at = 59_000;
  for (const typed of ["287 082", " 287082 ", "２８７０８２"]) {
    equal(totpStep(typed, { secret: SECRET, at }), 1);
  }
  for (const wrong of ["", "287083", "94287082", "28708", "287082".repeat(1000), "twelve"]) {
    equal(totpStep(wrong, { secret: SECRET, at }), undefined, wrong);
  }
});

Deno.test("totpUri() is what authenticator apps read", () => {
  const secret = newTotpSecret();
  match(secret, /^[A-Z2-7]{32}$/);
  const url = new URL(totpUri(secret, "anna@example.com"));
  equal(`${url.protocol}//${url.host}`, "otpauth://totp");
  equal(decodeURIComponent(url.pathname), "/Kaigui:anna@example.com");
  equal(url.searchParams.get("secret"), secret);
  equal(url.searchParams.get("issuer"), "Kaigui");
});

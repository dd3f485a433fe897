import { Secret, TOTP } from "otpauth";

/** As authenticator apps take it for granted (RFC 6238 with its defaults). */
const STEP_SECONDS = 30;
const DIGITS = 6;
/** RFC 4226, 4 recommends 160 bits. */
const SECRET_BYTES = 20;
/** Steps before and after the present one whose codes are taken: clocks differ, and people are slow. */
const TOLERANCE = 1;
const ISSUER = "Kaigui";

/** A new secret of a second factor, in base32. */
export function newTotpSecret(): string {
  return new Secret({ size: SECRET_BYTES }).base32;
}

/** The `otpauth://` URI that an authenticator app reads as a QR code. */
export function totpUri(secret: string, login: string): string {
  return totpOf(secret, login).toString();
}

/**
 * The number of the time step whose code this is; `undefined`: the code is wrong.
 *
 * @param at milliseconds since 1970
 */
export function totpStep(code: string, { secret, at }: { secret: string; at: number }): number | undefined {
  const token = code.normalize("NFKC").replaceAll(/\s/g, "");
  const totp = totpOf(secret);
  const steps = totp.validate({ token, timestamp: at, window: TOLERANCE });
  return steps === null ? undefined : totp.counter({ timestamp: at }) + steps;
}

function totpOf(secret: string, label = ""): TOTP {
  return new TOTP({ issuer: ISSUER, label, secret, period: STEP_SECONDS, digits: DIGITS, algorithm: "SHA1" });
}

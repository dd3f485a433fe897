/**
 * What the two sides of Kaigui's own protocol prove to each other. All proofs are HMAC-SHA-256; the strings
 * are in `docs/device-protocol.md`.
 *
 * @module
 */
import type { DeviceCabinet } from "../cabinet.ts";
import { createHmac, timingSafeEqual } from "node:crypto";

/** What both sides sent of their identity. */
export interface GreetingTranscript {
  readonly cabinet: string;
  readonly controllerNonce: string;
  readonly serviceNonce: string;
}

export interface SignedOpen {
  readonly id: string;
  readonly lock: number;
  /** Milliseconds since 1970 by the service's clock. */
  readonly until: number;
}

export interface SignedTime {
  /** The number of the ping that it answers; 0: it is the welcome's. */
  readonly n: number;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** The controller's proof that it knows the secret, in hex. */
export function controllerProof(secret: string, greetings: GreetingTranscript): string {
  return hmac(secret, "controller", greetings).toString("hex");
}

/** The service's proof that it knows the secret as well, in hex. */
export function serviceProof(secret: string, greetings: GreetingTranscript): string {
  return hmac(secret, "service", greetings).toString("hex");
}

/** The key that signs opens, pings and times on this connection: 32 bytes. */
export function sessionKey(secret: string, greetings: GreetingTranscript): Uint8Array {
  return hmac(secret, "session", greetings);
}

/** Proves that an open is the service's, in hex. */
export function openMac(sessionKey: Uint8Array, { id, lock, until }: SignedOpen): string {
  return mac(sessionKey, `open\n${id}\n${lock}\n${until}`);
}

/** Proves that the nth ping is the controller's, in hex, so that no answer can be had before it asks. */
export function pingMac(sessionKey: Uint8Array, n: number): string {
  return mac(sessionKey, `ping\n${n}`);
}

/** Proves that a time is the service's, and which ping it answers, in hex. */
export function timeMac(sessionKey: Uint8Array, { n, time }: SignedTime): string {
  return mac(sessionKey, `time\n${n}\n${time}`);
}

/** Whether both digests, in hex, are equal. Takes as long for any that are not. */
export function isSameDigest(a: string, b: string): boolean {
  const [left, right] = [Uint8Array.fromHex(a), Uint8Array.fromHex(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function mac(sessionKey: Uint8Array, text: string): string {
  return createHmac("sha256", sessionKey).update(text).digest("hex");
}

function hmac(secret: string, whose: "controller" | "service" | "session", greetings: GreetingTranscript) {
  const { cabinet, controllerNonce, serviceNonce } = greetings;
  return createHmac("sha256", secret)
    .update(`kaigui ${whose} 1\n${cabinet}\n${controllerNonce}\n${serviceNonce}`)
    .digest();
}

/** A controller that has proved that it knows its cabinet's secret. */
export interface ProvenController {
  readonly type: "proven";
  readonly cabinet: DeviceCabinet;
  /** The name of its log of events. */
  readonly log: string;
  readonly firmware: string | undefined;
  readonly sessionKey: Uint8Array;
  /** The service's proof, sent with the welcome, in hex. */
  readonly serviceProof: string;
  /** The bytes behind the proof. */
  readonly rest: Uint8Array;
}

/**
 * What the two sides of Kaigui's own protocol prove to each other. All of it is HMAC-SHA-256; the strings are in
 * `docs/device-protocol.md`.
 *
 * @module
 */
import type { DeviceCabinet } from "../cabinet.ts";
import { createHmac, timingSafeEqual } from "node:crypto";

/** What both sides said of themselves, as it was sent. */
export interface GreetingTranscript {
  readonly cabinet: string;
  readonly controllerNonce: string;
  readonly serviceNonce: string;
}

/** An open as it is signed. */
export interface SignedOpen {
  readonly id: string;
  readonly lock: number;
  /** Milliseconds since 1970 by the service's clock. */
  readonly until: number;
}

/** The service's time as it is signed. */
export interface SignedTime {
  /** Number of the ping that it answers; 0: none, it is the welcome's. */
  readonly n: number;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** What a controller sends that knows the secret, in hex. */
export function controllerProof(secret: string, greetings: GreetingTranscript): string {
  return hmac(secret, "controller", greetings).toString("hex");
}

/** What the service sends to show that it knows the secret as well, in hex. */
export function serviceProof(secret: string, greetings: GreetingTranscript): string {
  return hmac(secret, "service", greetings).toString("hex");
}

/** What opens, pings and times are signed with on this connection: 32 bytes. */
export function sessionKey(secret: string, greetings: GreetingTranscript): Uint8Array {
  return hmac(secret, "session", greetings);
}

/** Shows that an open is the service's, in hex. */
export function openMac(sessionKey: Uint8Array, { id, lock, until }: SignedOpen): string {
  return mac(sessionKey, `open\n${id}\n${lock}\n${until}`);
}

/** Shows that the nth ping is the controller's, in hex: else answers could be had before it asks. */
export function pingMac(sessionKey: Uint8Array, n: number): string {
  return mac(sessionKey, `ping\n${n}`);
}

/** Shows that a time is the service's, and which ping it answers, in hex. */
export function timeMac(sessionKey: Uint8Array, { n, time }: SignedTime): string {
  return mac(sessionKey, `time\n${n}\n${time}`);
}

/** Whether both, in hex, are the same; takes as long for any that are not. */
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
  /** What the welcome proves, in hex. */
  readonly serviceProof: string;
  /** What came behind the proof. */
  readonly rest: Uint8Array;
}

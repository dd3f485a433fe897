import { deepEqual, equal, ok } from "node:assert/strict";
import { DEVICE, DEVICE_TLS } from "../../lib/limits.ts";
import { type ReceiveLimitAction, ReceiveRateLimit } from "./receive_rate_limit.ts";

const { perSecond, burst, first } = DEVICE.received;
/** Bits that a serial port needs for a byte: 8 of data, a start bit and a stop bit. */
const BITS = 10;

function test(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

/**
 * Reads a device that sends without end, for so long: how many bytes are read, and which actions are taken
 * when.
 */
function talks(limit: ReceiveRateLimit, { from = 0, forMs }: { from?: number; forMs: number }) {
  let bytes = 0;
  const said: { burst: ReceiveLimitAction; at: number }[] = [];
  for (let now = from; now < from + forMs;) {
    bytes += DEVICE.readBufferBytes;
    const burst = limit.take(DEVICE.readBufferBytes, now);
    if (burst === undefined) continue;
    if (burst !== "pause") said.push({ burst, at: now });
    if (burst === "disconnect") break;
    now = limit.pausedUntil;
  }
  return { bytes, said };
}

test("take() limits a device that sends without end to its rate, however new it is", () => {
  for (const seconds of [0.001, 1, 4]) {
    const { bytes } = talks(new ReceiveRateLimit(0), { forMs: seconds * 1_000 });
    const most = first + seconds * perSecond;
    ok(bytes >= most && bytes <= most + 2 * DEVICE.readBufferBytes, `${bytes} in ${seconds} s`);
  }
});

test("take() lets through what the fastest serial port carries, and a burst that a network held up", () => {
  const limit = new ReceiveRateLimit(0);
  let now = 0;
  const piece = 64;
  for (; now < 3_600_000; now += piece * BITS / 460_800 * 1_000) equal(limit.take(piece, now), undefined);
  now += 10_000;
  for (let bytes = 0; bytes < burst; bytes += piece) equal(limit.take(piece, now), undefined);
});

test("take() ends a pause before it could count as silence", () => {
  const limit = new ReceiveRateLimit(0);
  const most = Math.max(DEVICE.readBufferBytes, DEVICE_TLS.readBytes);
  limit.take(first, 0);
  equal(limit.take(most, 0), "pause");
  ok(limit.pausedUntil * 100 < DEVICE.heartbeatSilenceMsMin, `${limit.pausedUntil} ms`);
});

test("take() reports a device that goes on once, and says when to disconnect it", () => {
  const { said } = talks(new ReceiveRateLimit(0), { forMs: 60_000 });
  deepEqual(said.map(({ burst }) => burst), ["pause-and-report", "disconnect"]);
  const [told, last] = said.map(({ at }) => at);
  const isAbout = (at: number | undefined, ms: number) => at !== undefined && at >= ms && at < ms + 500;
  ok(isAbout(told, DEVICE.tooFastToldMs) && isAbout(last, DEVICE.tooFastMs), Deno.inspect(said));
});

test("take() begins anew after an interval without pauses that is longer than stutters of a network", () => {
  const shortly = DEVICE.tooFastMs - 1_000;
  for (const [pauseMs, then] of [[1_500, ["disconnect"]], [5_000, []]] as const) {
    const limit = new ReceiveRateLimit(0);
    deepEqual(talks(limit, { forMs: shortly }).said.map(({ burst }) => burst), ["pause-and-report"]);
    const more = talks(limit, { from: limit.pausedUntil + pauseMs, forMs: 4_000 });
    deepEqual(more.said.map(({ burst }) => burst), then);
  }
});

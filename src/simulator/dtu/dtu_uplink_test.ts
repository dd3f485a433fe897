import { deepEqual, equal } from "node:assert/strict";
import { hex, toHex } from "../../../testing/rigs/simulator.ts";
import { DtuUplink, type UplinkOptions } from "./dtu_uplink.ts";

const registration = hex("49 4D");

/** A test without permissions. */
function test(name: string, run: () => void): void {
  Deno.test(name, { permissions: "none" }, run);
}

/** An uplink whose connection stands since 0 ms. */
function opened(options: Partial<UplinkOptions> = {}): DtuUplink {
  const uplink = new DtuUplink({ registration, ...options });
  uplink.open(0);
  return uplink;
}

function sent(uplink: DtuUplink, now: number): string[] {
  return uplink.poll(now).map(toHex);
}

test("DtuUplink registers once by default", () => {
  const uplink = opened({ lineEnd: "\r\n" });
  deepEqual(sent(uplink, 0), ["49 4D 0D 0A"]);
  uplink.serial(hex("80 01"), 10);
  deepEqual(sent(uplink, 10), ["80 01"]);
  equal(uplink.nextAt, Infinity);
});

test("DtuUplink puts the registration before every packet when set to", () => {
  const uplink = opened({ registrationSent: "every-packet" });
  uplink.serial(hex("80 01"), 10);
  deepEqual(sent(uplink, 10), ["49 4D 80 01"]);
  const both = opened({ registrationSent: "both" });
  both.serial(hex("80 01"), 10);
  deepEqual(sent(both, 10), ["49 4D", "49 4D 80 01"]);
});

test("DtuUplink sends a heartbeat when nothing else was sent for the interval", () => {
  const uplink = opened({ heartbeat: hex("FE"), heartbeatMs: 100 });
  deepEqual(sent(uplink, 99), ["49 4D"]);
  deepEqual(sent(uplink, 100), ["FE"]);
  uplink.serial(hex("80"), 150);
  deepEqual(sent(uplink, 249), ["80"]);
  equal(uplink.nextAt, 250);
  deepEqual(sent(uplink, 250), ["FE"]);
});

test("DtuUplink puts a heartbeat off with each byte from the server when set to", () => {
  const options = { heartbeat: hex("00"), heartbeatMs: 100 };
  const uplink = opened({ ...options, heartbeatAwaitsSilence: true });
  sent(uplink, 0);
  for (let at = 50; at <= 500; at += 50) uplink.received(at);
  deepEqual(sent(uplink, 599), []);
  deepEqual(sent(uplink, 600), ["00"]);
  const usual = opened(options);
  usual.received(50);
  deepEqual(sent(usual, 100), ["49 4D", "00"]);
});

test("DtuUplink sends registration and heartbeat in one piece when the heartbeat comes at once", () => {
  deepEqual(sent(opened({ heartbeat: hex("FE"), heartbeatAtOnce: true }), 0), ["49 4D FE"]);
});

test("DtuUplink merges frames when they come within the gap", () => {
  const uplink = opened({ gapMs: 200 });
  sent(uplink, 0);
  uplink.serial(hex("80 01"), 100);
  uplink.serial(hex("82 01"), 299);
  deepEqual(sent(uplink, 498), []);
  deepEqual(sent(uplink, 499), ["80 01 82 01"]);
});

test("DtuUplink does not wait for the gap when 2048 bytes are gathered", () => {
  const uplink = opened({ gapMs: 200 });
  uplink.serial(new Uint8Array(2048), 0);
  deepEqual(uplink.poll(0).map((bytes) => bytes.length), [2, 2048]);
});

test("DtuUplink cuts packets when set to", () => {
  const uplink = opened({ pieceBytes: 1, pieceGapMs: 5 });
  deepEqual(sent(uplink, 0), ["49"]);
  deepEqual(sent(uplink, 5), ["4D"]);
  const drawn = opened({
    registration: new Uint8Array(10),
    pieceBytes: [2, 4],
    pieceGapMs: 0,
    random: () => 0.99,
  });
  deepEqual(drawn.poll(0).map((bytes) => bytes.length), [4, 4, 2]);
});

test("DtuUplink keeps the order when the latency wavers", () => {
  const chances = [0.9, 0];
  const uplink = opened({ latencyMs: [0, 99], random: () => chances.shift() ?? 0 });
  uplink.serial(hex("80"), 10);
  deepEqual(sent(uplink, 89), []);
  deepEqual(sent(uplink, 90), ["49 4D", "80"]);
});

test("DtuUplink loses what did not leave when the connection closes", () => {
  const uplink = opened({ latencyMs: 50, heartbeat: hex("FE") });
  uplink.close();
  uplink.serial(hex("80"), 10);
  deepEqual(sent(uplink, 100_000), []);
  equal(uplink.nextAt, Infinity);
});

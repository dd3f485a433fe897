import { describedCabinet } from "../../../testing/rigs/device_cabinet.ts";
import { deepEqual, equal } from "node:assert/strict";
import { DEVICE } from "../../lib/limits.ts";
import type { Registration } from "../cabinet.ts";
import { HandshakeReader } from "./handshake_reader.ts";

const cabinet = describedCabinet({ id: "lobby" });

function test(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ name, permissions: "none", fn });
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Reads the handshake of a device with a service that knows `REG` with one byte behind it. */
function rig(register = (preamble: Uint8Array): Promise<Registration | undefined> => {
  const isKnown = /^REG.?$/.test(textOf(preamble));
  return Promise.resolve(isKnown ? { cabinet, length: 3, maybeLonger: preamble.length === 3 } : undefined);
}) {
  const asked: string[] = [];
  const written: string[] = [];
  const reader = new HandshakeReader({
    cabinets: { findByRegistration: register, findController: (id) => Promise.resolve(void asked.push(id)) },
    random: (length) => new Uint8Array(length),
    write: (bytes) => void written.push(textOf(bytes)),
  });
  return { reader, asked, written };
}

test("HandshakeReader collects a registration byte by byte, and looks again when more comes", async () => {
  const { reader } = rig();
  equal(await reader.received(bytesOf("R")), undefined);
  equal(await reader.received(bytesOf("E")), undefined);
  const registered = { type: "registered", cabinet };
  deepEqual(await reader.received(bytesOf("G")), {
    ...registered,
    rest: new Uint8Array(),
    maybeLonger: true,
  });
  deepEqual(await reader.received(bytesOf("!")), {
    ...registered,
    rest: bytesOf("!"),
    maybeLonger: false,
  });
  equal(await reader.received(bytesOf("!")), undefined, "that names no cabinet");
});

test("HandshakeReader keeps received bytes although the buffer is used again", async () => {
  const { reader } = rig();
  const buffer = bytesOf("RE");
  await reader.received(buffer);
  buffer.fill(0);
  equal((await reader.received(bytesOf("G")))?.type, "registered");
});

test("HandshakeReader hands a hello back, and then takes it as the beginning of a greeting", async () => {
  const { reader, asked, written } = rig();
  const nonce = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
  const hello = `${JSON.stringify({ type: "hello", protocol: 1, cabinet: "lobby-a", nonce, log: "b7" })}\n`;
  equal(await reader.received(bytesOf(hello.slice(0, 20))), undefined);
  equal(reader.timeoutReason, "unknown-registration");
  const introduced = await reader.received(bytesOf(hello.slice(20)));
  deepEqual(introduced, { type: "hello", bytes: bytesOf(hello) });
  deepEqual([asked, written, reader.said], [[], [], ""], "nothing is done for it yet");
  equal(reader.timeoutReason, "not-registered-in-time");
  equal(await reader.received(bytesOf(hello)), undefined);
  deepEqual([asked, written.length], [["lobby-a"], 1]);
});

test("HandshakeReader refuses a registration that is too long, and does not look it up", async () => {
  let lookUps = 0;
  const { reader } = rig(() => Promise.resolve(void lookUps++));
  equal(await reader.received(new Uint8Array(DEVICE.preambleBytesMax)), undefined);
  const introduced = await reader.received(Uint8Array.of(0));
  deepEqual([introduced?.type, introduced && "reason" in introduced && introduced.reason, lookUps], [
    "refused",
    "too-long-registration",
    1,
  ]);
});

test("HandshakeReader refuses when nothing can be looked up, and says why", async () => {
  const error = new Error("the database is away");
  const { reader } = rig(() => Promise.reject(error));
  const introduced = await reader.received(bytesOf("REG"));
  deepEqual(introduced, { type: "refused", reason: "database-unavailable", answer: undefined, error });
});

test("HandshakeReader reports no more than the first line of what an unknown device sent, and not all of a long one", async () => {
  const { reader } = rig();
  equal(reader.said, "");
  await reader.received(bytesOf("GET / HTTP/1.1\r\nCookie: secret\r\n"));
  equal(reader.said, bytesOf("GET / HTTP/1.1").toHex());
  const { reader: long } = rig();
  await long.received(bytesOf("x".repeat(DEVICE.registrationBytesMax + 1)));
  equal(long.said, bytesOf("x".repeat(DEVICE.registrationBytesMax)).toHex());
});

test("HandshakeReader does not take a registration that is an object for a controller's hello", async () => {
  const { reader } = rig();
  const said = '{"csq":24,"imei":"866714045455127","ver":"1.9.3"}';
  equal(await reader.received(bytesOf(`${said}\r\n`)), undefined);
  deepEqual([reader.said, reader.timeoutReason], [
    bytesOf(said).toHex(),
    "unknown-registration",
  ]);
});

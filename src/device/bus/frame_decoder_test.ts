import { deepEqual, equal } from "node:assert/strict";
import { concat } from "@std/bytes";
import { crc16Modbus } from "../../boards/checksums.ts";
import { type BoardFamily, familyNamed } from "../../boards/mod.ts";
import { BUS, DEVICE } from "../../lib/limits.ts";
import { FrameDecoder, type FrameDecoderOptions } from "./frame_decoder.ts";

const family = familyNamed("8a") as BoardFamily;
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const hex = (value: string): Uint8Array => Uint8Array.fromHex(value.replaceAll(" ", ""));

const OPENED = hex("8A 01 07 00 8C");
const SHUT = hex("80 01 07 11 97");
const REPORT = hex("82 01 01 11 93");
const IMEI = text("IMEI860000000000001");
const CR = 0x0d;

function test(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

/** A decoder and what it reported, as words: frames and serial bytes in hex, `beat` for a heartbeat. */
function rig(options: Partial<FrameDecoderOptions> = {}) {
  const told: string[] = [];
  const serial: Uint8Array[] = [];
  const decoder = new FrameDecoder({
    family,
    wiring: "short-when-locked",
    registration: IMEI,
    heartbeat: hex("FE"),
    layout: { boards: [{ board: 1 }] },
    ...options,
  }, {
    expected: () => ({}),
    frame: (_frame, bytes) => void told.push(bytes.toHex()),
    heartbeat: () => void told.push("beat"),
    serial: (bytes) => void serial.push(bytes),
  });
  return { decoder, told, serial: () => concat(serial).toHex() };
}

/**
 * What is decoded from the pieces, whole, byte by byte and cut at each place, which has to be the same: the
 * frames in their order, and how many heartbeats.
 */
function scanned(pieces: readonly Uint8Array[], options: Partial<FrameDecoderOptions> = {}): string[] {
  const bytes = concat(pieces);
  const whole = rig(options);
  whole.decoder.push(bytes);
  whole.decoder.idle(Infinity);
  const single = rig(options);
  for (const byte of bytes) single.decoder.push(Uint8Array.of(byte));
  single.decoder.idle(Infinity);
  deepEqual(framesFirst(single.told), framesFirst(whole.told));
  for (let cut = 1; cut < bytes.length; cut++) {
    const { decoder, told } = rig(options);
    decoder.push(bytes.subarray(0, cut));
    decoder.push(bytes.subarray(cut));
    decoder.idle(Infinity);
    deepEqual(framesFirst(told), framesFirst(whole.told));
  }
  return framesFirst(whole.told);
}

function framesFirst(told: readonly string[]): string[] {
  return told.toSorted((a, b) => Number(a === "beat") - Number(b === "beat"));
}

function withCrc(bytes: Uint8Array): Uint8Array {
  const crc = crc16Modbus(bytes, 0, bytes.length);
  return concat([bytes, Uint8Array.of(crc & 0xff, crc >> 8)]);
}

const words = (...parts: (Uint8Array | "beat")[]): string[] =>
  parts.map((part) => part === "beat" ? part : part.toHex());

test("FrameDecoder strips registrations, with and without a line end, however the bytes are cut", () => {
  for (const end of ["", "\n", "\r\n"]) {
    const name = concat([IMEI, text(end)]);
    deepEqual(scanned([name, OPENED, name, SHUT, REPORT, name]), words(OPENED, SHUT, REPORT));
  }
});

test("FrameDecoder strips a registration that stands before the second half of a frame", () => {
  for (let cut = 1; cut < OPENED.length; cut++) {
    const pieces = [IMEI, OPENED.subarray(0, cut), IMEI, OPENED.subarray(cut), IMEI, SHUT];
    deepEqual(scanned(pieces), words(OPENED, SHUT), `cut at ${cut}`);
  }
});

test("FrameDecoder strips the line end of a registration that stands within a frame, and no byte of the frame", () => {
  const tenth = hex("8A 01 0A 00 81");
  for (const end of ["", "\n", "\r\n"]) {
    const name = concat([IMEI, text(end)]);
    for (const frame of [OPENED, tenth]) {
      for (let cut = 1; cut < frame.length; cut++) {
        const pieces = [name, SHUT, name, frame.subarray(0, cut), name, frame.subarray(cut), name, SHUT];
        deepEqual(scanned(pieces), words(SHUT, frame, SHUT), `${JSON.stringify(end)}, cut at ${cut}`);
      }
    }
  }
});

test("FrameDecoder does not take the head of a frame for a line end", () => {
  for (const board of [10, 11, 13]) {
    const answer = withCrc(Uint8Array.of(board, 0x05, 0x02, 0x00, 0x00, 0x07));
    const options = { family: familyNamed("modbus"), layout: { boards: [{ board }] } };
    deepEqual(scanned([IMEI, answer, IMEI, answer], options), words(answer, answer), `board ${board}`);
  }
});

test("FrameDecoder tells heartbeats from frames, whatever bytes they are made of", () => {
  const beats = ["FE", "00", "8A", "80 01", "82 01 01 11", "50 49 4E 47", "11 00 11", "0D 0A"];
  for (const heartbeat of beats.map(hex)) {
    const pieces = [heartbeat, OPENED, heartbeat, heartbeat, SHUT, heartbeat];
    const told = scanned(pieces, { heartbeat });
    deepEqual(told, words(OPENED, SHUT, "beat", "beat", "beat", "beat"), heartbeat.toHex());
  }
});

test("FrameDecoder does not take a frame for a heartbeat whose bytes it contains", () => {
  deepEqual(scanned([OPENED, SHUT], { heartbeat: hex("01 07") }), words(OPENED, SHUT));
  deepEqual(scanned([OPENED, SHUT], { heartbeat: hex("8A 01 07") }), words(OPENED, SHUT));
  deepEqual(scanned([OPENED], { registration: hex("07 00"), heartbeat: undefined }), words(OPENED));
});

test("FrameDecoder does not take a heartbeat for a frame that it looks like", () => {
  deepEqual(scanned([REPORT, SHUT], { heartbeat: REPORT }), words(SHUT, "beat"));
});

test("FrameDecoder finds a heartbeat that contains the registration", () => {
  deepEqual(scanned([IMEI, IMEI, SHUT], { heartbeat: IMEI }), words(SHUT, "beat", "beat"));
  const heartbeat = concat([text("HB:"), IMEI, text(";")]);
  const pieces = [heartbeat, SHUT, IMEI, REPORT, heartbeat];
  deepEqual(scanned(pieces, { heartbeat }), words(SHUT, REPORT, "beat", "beat"));
});

test("FrameDecoder finds the next good frame behind garbage, half frames and wrong checksums", () => {
  for (
    const prefix of ["8A 01", "80", "80 01 07", "8A 01 07 00 8D", "8A 01 07 22 AE", "00 12", "82 8A 80 9A"]
  ) {
    deepEqual(scanned([hex(prefix), OPENED], { heartbeat: undefined }), words(OPENED), prefix);
    const { decoder, told } = rig();
    decoder.push(concat([hex(prefix), OPENED, OPENED]));
    equal(told.length >= 1, true, `${prefix} holds the frames behind it up`);
  }
});

test("FrameDecoder keeps bytes that may still become a frame, and gives them up when nothing more comes", () => {
  const { decoder, told, serial } = rig();
  decoder.push(OPENED.subarray(0, 3));
  deepEqual([decoder.bufferedBytes, serial()], [3, ""]);
  decoder.idle(Infinity);
  deepEqual([decoder.bufferedBytes, serial(), told], [0, "8a0107", []]);
  decoder.push(OPENED);
  deepEqual(told, words(OPENED));
});

test("FrameDecoder keeps the beginning of a token that the DTU adds no longer than one packet takes", () => {
  const raw = { family: undefined, registration: text("BENCH1"), heartbeat: text("PING") };
  for (const bytes of ["A0 A0 02 42", "A0 42 45 4E 43 48", "50 49 4E"]) {
    for (const options of [raw, { ...raw, family: familyNamed("lcus") }, { ...raw, family }]) {
      const { decoder, serial } = rig(options);
      decoder.push(hex(bytes));
      deepEqual([decoder.bufferedBytes > 0, decoder.timeoutMs], [true, DEVICE.packetRestMs], bytes);
      decoder.idle(DEVICE.packetRestMs);
      deepEqual([decoder.bufferedBytes, decoder.timeoutMs], [0, Infinity], bytes);
      equal(serial(), hex(bytes).toHex());
    }
  }
});

test("FrameDecoder keeps the beginning of a frame longer than that of a registration in it", () => {
  const { decoder, serial } = rig({ registration: text("BENCH1") });
  // 42 is lock 66 or the beginning of the next packet.
  decoder.push(hex("80 01 42"));
  decoder.idle(DEVICE.packetRestMs);
  deepEqual([decoder.bufferedBytes, decoder.timeoutMs], [3, BUS.partialMs]);
  decoder.idle(BUS.partialMs);
  deepEqual([decoder.bufferedBytes, decoder.timeoutMs, serial()], [0, Infinity, "800142"]);
});

test("FrameDecoder takes a frame at once that ends as the registration begins", () => {
  const { decoder, told } = rig({ registration: concat([OPENED.subarray(-1), text("ENCH")]) });
  decoder.push(OPENED);
  deepEqual([told, decoder.bufferedBytes], [words(OPENED), 0]);
});

test("FrameDecoder keeps a possible line end of a registration no longer than one packet takes", () => {
  const { decoder, serial } = rig({ family: undefined });
  decoder.push(concat([IMEI, text("\r\n"), hex("01"), IMEI, text("\r")]));
  deepEqual([serial(), decoder.timeoutMs], ["01", DEVICE.packetRestMs]);
  decoder.idle(DEVICE.packetRestMs);
  deepEqual([serial(), decoder.timeoutMs], ["010d", Infinity]);
  decoder.push(concat([IMEI, text("\r")]));
  decoder.push(hex("0A 02"));
  equal(serial(), "010d02");
  // The line end of the first registration is not known yet; the head of a frame may come before it is.
  const frames = rig({ family: familyNamed("modbus"), layout: { boards: [{ board: CR }] } });
  frames.decoder.push(concat([IMEI, hex("0D")]));
  frames.decoder.idle(DEVICE.packetRestMs);
  const answer = withCrc(Uint8Array.of(CR, 0x05, 0x02, 0x00, 0x00, 0x07));
  frames.decoder.push(answer.subarray(1));
  deepEqual(frames.told, words(answer));
});

test("FrameDecoder does not take the beginning of a longer frame for a whole one before it has waited", () => {
  const wiring = "short-when-open";
  // About one lock, or of a board with 8 locks; both are the beginning of a reading of 24.
  for (const whole of ["80 01 01 00 80 33 33", "80 01 05 33 B7 33 33"].map(hex)) {
    for (let cut = 1; cut < whole.length; cut++) {
      const { decoder, told } = rig({ wiring });
      decoder.push(whole.subarray(0, cut));
      decoder.idle(BUS.longerMs - 1);
      deepEqual(told, [], `cut at ${cut}`);
      decoder.push(whole.subarray(cut));
      deepEqual(told, words(whole), `cut at ${cut}`);
    }
    const { decoder, told } = rig({ wiring });
    decoder.push(whole.subarray(0, 5));
    equal(decoder.timeoutMs, BUS.longerMs);
    decoder.idle(BUS.longerMs);
    deepEqual([told, decoder.bufferedBytes], [words(whole.subarray(0, 5)), 0]);
  }
});

test("FrameDecoder reports the bus's bytes as they came, without what the DTU added", () => {
  const { decoder, serial } = rig();
  decoder.push(concat([IMEI, text("\r\n"), OPENED, hex("FE 33 44"), SHUT, hex("FE")]));
  equal(serial(), concat([OPENED, hex("33 44"), SHUT]).toHex());
});

test("FrameDecoder leaves all that a DTU did not add to the operator where the board is raw", () => {
  const raw = { family: undefined };
  const { decoder, told, serial } = rig(raw);
  for (const chunk of ["FE", "A0 01 FE A2", "FE FE 01", "07 FE"]) decoder.push(hex(chunk));
  decoder.push(concat([IMEI, text("\n"), hex("FE 55")]));
  equal(serial(), "a001fea20107fe55");
  equal(told.length, 4);
});

test("FrameDecoder drops the echo of sent bytes, once, and in pieces", () => {
  const request = family.open({ board: 1, channel: 7 }).bytes;
  for (const size of [1, 2, 5, 10]) {
    const { decoder, told } = rig();
    decoder.expectEcho(request);
    const bytes = concat([IMEI, request, request, SHUT]);
    for (let at = 0; at < bytes.length; at += size) decoder.push(bytes.subarray(at, at + size));
    decoder.idle(Infinity);
    deepEqual(told, words(request, SHUT), `${size} bytes at a time`);
  }
});

test("FrameDecoder never keeps more than a frame or a packet, whatever comes", () => {
  let seed = 1;
  const random = () => (seed = Math.imul(seed, 1_103_515_245) + 12_345 >>> 0) >>> 16 & 0xff;
  const { decoder } = rig();
  const likely = [...IMEI, 0x8a, 0x80, 0x82, 0xfe];
  for (let round = 0; round < 20_000; round++) {
    const chunk = Uint8Array.from(
      { length: random() % 12 },
      () => random() < 90 ? likely[random() % likely.length] as number : random(),
    );
    decoder.push(chunk);
    equal(decoder.bufferedBytes < Math.max(family.frameBytesMax, IMEI.length) + IMEI.length, true);
  }
});

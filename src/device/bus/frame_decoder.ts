import { concat } from "@std/bytes";
import type { BoardFamily, DecodeContext, DecodedFrame, SensorWiring } from "../../boards/mod.ts";
import { BUS, DEVICE } from "../../lib/limits.ts";
import { matchingLength, RegistrationStripper } from "./registration_stripper.ts";

const NOTHING = new Uint8Array();

/** What is known of a DTU and the boards behind it. */
export interface FrameDecoderOptions {
  /** `undefined`: the operator gets all bytes that the DTU did not add. */
  readonly family: BoardFamily | undefined;
  readonly wiring: SensorWiring;
  readonly registration: Uint8Array;
  readonly heartbeat: Uint8Array | undefined;
  readonly layout: { readonly boards: readonly { readonly board: number }[] };
}

/** What a decoder reports, in the order of the bytes. */
export interface FrameDecoderPort {
  /** What may be received next; asked again after each frame. */
  expected(): Omit<DecodeContext, "wiring">;
  /** `undefined`: a valid frame that says nothing of interest. */
  frame(frame: DecodedFrame["frame"], bytes: Uint8Array): void;
  heartbeat(): void;
  /** Bytes of the serial bus, frames and garbage alike. */
  serial(bytes: Uint8Array): void;
}

/** What begins at one place; `incomplete`: something may, if more bytes come within so many ms. */
type DecodedItem =
  | { readonly type: "frame"; readonly frame: DecodedFrame["frame"]; readonly length: number }
  | { readonly type: "heartbeat" | "echo"; readonly length: number }
  | { readonly type: "incomplete"; readonly withinMs: number };

/** The bytes that are being searched. */
interface ScanWindow {
  readonly bytes: Uint8Array;
  /** Where a packet may begin at the very end of the bytes: no frame reaches over that place. */
  readonly packetAt: number;
  /** How long ago the last bytes were received, in milliseconds. */
  readonly idleMs: number;
  context: DecodeContext;
}

/**
 * Separates what a DTU sends: the boards' frames, and what the DTU itself adds, which is its registration
 * before every packet, heartbeats of any bytes, and the echo of what was sent. A stray byte does not hold up
 * a whole frame behind it. Where bytes can be two things, the longer one counts. What may still become
 * something is kept until more bytes come, or until {@linkcode FrameDecoder.idle}.
 */
export class FrameDecoder {
  readonly #options: FrameDecoderOptions;
  readonly #port: FrameDecoderPort;
  readonly #stripper: RegistrationStripper;
  #buffered: Uint8Array = NOTHING;
  #echo: Uint8Array = NOTHING;
  #timeoutMs = Infinity;

  constructor(options: FrameDecoderOptions, port: FrameDecoderPort) {
    this.#options = options;
    this.#port = port;
    const { registration, heartbeat, family, layout } = options;
    const boards = layout.boards.map(({ board }) => board);
    const isHead = (byte: number) => family?.isHead(byte, boards) ?? false;
    this.#stripper = new RegistrationStripper({ registration, heartbeat, isHead });
  }

  /** How many bytes wait for more: fewer than the longest known frame or packet. */
  get bufferedBytes(): number {
    return this.#buffered.length;
  }

  /**
   * How long after the last bytes {@linkcode FrameDecoder.idle} has to be called, in milliseconds;
   * `Infinity`: no bytes are kept.
   */
  get timeoutMs(): number {
    return this.#timeoutMs;
  }

  /** From now on the adapter may return these bytes, once; without bytes it may not. */
  expectEcho(bytes: Uint8Array = NOTHING): void {
    this.#echo = bytes;
  }

  push(chunk: Uint8Array): void {
    const more = this.#stripper.stripLineEnd(chunk);
    this.#scan(this.#buffered.length > 0 ? concat([this.#buffered, more]) : more, 0);
  }

  /**
   * Whether the registration is part of the heartbeat, so that what stands before each packet may look like a
   * heartbeat. Then heartbeats do not show in which interval they are sent.
   */
  get heartbeatsMayPrefixPackets(): boolean {
    return this.#stripper.heartbeatsMayPrefixPackets;
  }

  /**
   * No byte was received for so many milliseconds: what should have gone on by then is the beginning of nothing.
   * `Infinity`: no more bytes will come.
   */
  idle(idleMs: number): void {
    const more = idleMs < DEVICE.packetRestMs ? NOTHING : this.#stripper.takeUnfinishedLineEnd();
    this.#scan(more.length > 0 ? concat([this.#buffered, more]) : this.#buffered, idleMs);
  }

  #scan(received: Uint8Array, idleMs: number): void {
    const packetsEnded = idleMs >= DEVICE.packetRestMs;
    const { bytes, heartbeats } = this.#stripper.strip(received, { final: packetsEnded });
    for (let i = 0; i < heartbeats; i++) this.#port.heartbeat();
    const packetAt = packetsEnded ? bytes.length : this.#stripper.partialRegistrationAt(bytes);
    const window: ScanWindow = { bytes, packetAt, idleMs, context: this.#context() };
    let start = 0;
    let keptFrom = bytes.length;
    let timeoutMs = Infinity;
    for (let at = 0; at < bytes.length;) {
      const item = this.#itemAt(window, { at, start, isKept: keptFrom < at });
      if (item === undefined || item.type === "incomplete") {
        if (item) {
          keptFrom = Math.min(keptFrom, at);
          timeoutMs = Math.min(timeoutMs, item.withinMs);
        }
        at++;
        continue;
      }
      this.#skip(bytes.subarray(start, at));
      this.#emit(item, bytes.subarray(at, at + item.length));
      at += item.length;
      if (item.type === "heartbeat") at += this.#stripper.lineEndLengthAt(bytes, at);
      start = at;
      keptFrom = bytes.length;
      timeoutMs = Infinity;
      window.context = this.#context();
    }
    this.#serial(bytes.subarray(start, keptFrom));
    this.#buffered = keptFrom < bytes.length ? bytes.slice(keptFrom) : NOTHING;
    this.#timeoutMs = Math.min(timeoutMs, this.#stripper.isAwaitingLineEnd ? DEVICE.packetRestMs : Infinity);
  }

  #itemAt(
    window: ScanWindow,
    { at, start, isKept }: { at: number; start: number; isKept: boolean },
  ): DecodedItem | undefined {
    const { bytes, idleMs, packetAt } = window;
    // Between frames a heartbeat may stand anywhere; where there are no frames, only where a packet may begin.
    const mayHaveToken = this.#options.family !== undefined || at === start;
    const token = mayHaveToken ? this.#tokenAt(bytes, at) : undefined;
    const found = this.#frameAt(window, at);
    let withinMs = Infinity;
    const wait = (ms: number) => {
      if (ms > idleMs) withinMs = Math.min(withinMs, ms);
    };
    if (typeof found === "object") {
      if (token && token.type !== "incomplete" && token.length >= found.length) return token;
      if (found.mayContinue) wait(BUS.longerMs);
      if (withinMs === Infinity) return { type: "frame", ...found };
    }
    if (found === "incomplete") wait(BUS.partialMs);
    if (token?.type === "incomplete") wait(token.withinMs);
    if (at >= packetAt) wait(DEVICE.packetRestMs);
    if (withinMs < Infinity) return { type: "incomplete", withinMs };
    return isKept || token?.type === "incomplete" ? undefined : token;
  }

  #frameAt(window: ScanWindow, at: number): ReturnType<BoardFamily["frameAt"]> {
    const { family } = this.#options;
    const { bytes, packetAt, context } = window;
    const found = family?.frameAt(bytes, at, context);
    if (found !== undefined || at >= packetAt || packetAt === bytes.length) return found;
    // The next packet may have begun within a frame.
    const cut = family?.frameAt(bytes.subarray(0, packetAt), at, context);
    return cut === "incomplete" ? cut : undefined;
  }

  #tokenAt(bytes: Uint8Array, at: number): Exclude<DecodedItem, { type: "frame" }> | undefined {
    const { heartbeat = NOTHING } = this.#options;
    for (const [type, expected] of [["echo", this.#echo], ["heartbeat", heartbeat]] as const) {
      if (expected.length === 0 || bytes[at] !== expected[0]) continue;
      const length = matchingLength(bytes, at, expected);
      if (length === expected.length) return { type, length };
      // An echo comes over the bus and may be cut like a frame.
      const withinMs = type === "echo" ? BUS.partialMs : DEVICE.packetRestMs;
      if (at + length === bytes.length) return { type: "incomplete", withinMs };
    }
    return undefined;
  }

  #emit(item: Exclude<DecodedItem, { type: "incomplete" }>, bytes: Uint8Array): void {
    if (item.type === "heartbeat") return this.#port.heartbeat();
    this.#serial(bytes);
    if (item.type === "frame") this.#port.frame(item.frame, bytes);
    else this.#echo = NOTHING;
  }

  /** Passes over bytes in which no frame was found after all; heartbeats may be among them. */
  #skip(bytes: Uint8Array): void {
    const { family, heartbeat = NOTHING } = this.#options;
    let start = 0;
    for (let at = 0; family && heartbeat.length > 0 && at < bytes.length; at++) {
      if (matchingLength(bytes, at, heartbeat) < heartbeat.length) continue;
      this.#serial(bytes.subarray(start, at));
      this.#port.heartbeat();
      start = at + heartbeat.length;
      at = start - 1;
    }
    this.#serial(bytes.subarray(start));
  }

  #serial(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#port.serial(bytes);
  }

  #context(): DecodeContext {
    return { wiring: this.#options.wiring, ...this.#port.expected() };
  }
}

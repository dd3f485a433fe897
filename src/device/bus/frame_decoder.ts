/**
 * Takes apart what comes from a DTU: the boards' frames, and what the DTU itself adds, which is its registration
 * before every packet, heartbeats of any bytes, and the echo of what was sent.
 *
 * @module
 */
import { concat } from "@std/bytes";
import type { BoardFamily, DecodeContext, DecodedFrame, SensorWiring } from "../../boards/mod.ts";
import { BUS, DEVICE } from "../../lib/limits.ts";
import { agreeing, RegistrationStripper } from "./registration_stripper.ts";

const NOTHING = new Uint8Array();

/** What is known of a DTU and the boards behind it. */
export interface FrameDecoderOptions {
  /** `undefined`: all that the DTU did not add is for the operator. */
  readonly family: BoardFamily | undefined;
  readonly wiring: SensorWiring;
  readonly registration: Uint8Array;
  readonly heartbeat: Uint8Array | undefined;
  readonly layout: { readonly boards: readonly { readonly board: number }[] };
}

/** What a scanner tells, in the order in which it came. */
export interface FrameDecoderPort {
  /** What is known of what may come; asked anew after each frame. */
  expected(): Omit<DecodeContext, "wiring">;
  /** `undefined`: a valid frame that says nothing of interest. */
  frame(frame: DecodedFrame["frame"], bytes: Uint8Array): void;
  heartbeat(): void;
  /** Bytes of the serial bus, frames and garbage alike. */
  serial(bytes: Uint8Array): void;
}

/** What begins at one place; `incomplete`: something may, if more comes within so many milliseconds. */
type DecodedItem =
  | { readonly type: "frame"; readonly frame: DecodedFrame["frame"]; readonly length: number }
  | { readonly type: "heartbeat" | "echo"; readonly length: number }
  | { readonly type: "incomplete"; readonly withinMs: number };

/** Bytes that are looked through. */
interface ScanWindow {
  readonly bytes: Uint8Array;
  /** Where the beginning of a packet may stand at the very end: no frame goes over it. */
  readonly packetAt: number;
  /** For how long nothing more has come, in milliseconds. */
  readonly waitedMs: number;
  context: DecodeContext;
}

/**
 * See the module. A stray byte does not hold up a whole frame behind it. Where bytes can be two things the longer
 * one counts; what may still become something is kept until more comes, or until {@linkcode FrameDecoder.waited}.
 */
export class FrameDecoder {
  readonly #options: FrameDecoderOptions;
  readonly #port: FrameDecoderPort;
  readonly #packets: RegistrationStripper;
  #held: Uint8Array = NOTHING;
  #echo: Uint8Array = NOTHING;
  #patienceMs = Infinity;

  constructor(options: FrameDecoderOptions, port: FrameDecoderPort) {
    this.#options = options;
    this.#port = port;
    const { registration, heartbeat, family, layout } = options;
    const boards = layout.boards.map(({ board }) => board);
    const isHead = (byte: number) => family?.isHead(byte, boards) ?? false;
    this.#packets = new RegistrationStripper({ registration, heartbeat, isHead });
  }

  /** How many bytes wait for more: fewer than the longest frame or packet that is known. */
  get held(): number {
    return this.#held.length;
  }

  /**
   * How long after the last bytes {@linkcode FrameDecoder.waited} wants to be called, in milliseconds; `Infinity`: nothing is
   * kept.
   */
  get patienceMs(): number {
    return this.#patienceMs;
  }

  /** From now on the adapter may return these bytes, once; none: it may not. */
  expectEcho(bytes: Uint8Array = NOTHING): void {
    this.#echo = bytes;
  }

  /** Takes what was received. */
  push(chunk: Uint8Array): void {
    const more = this.#packets.continued(chunk);
    this.#scan(this.#held.length > 0 ? concat([this.#held, more]) : more, 0);
  }

  /** Whether heartbeats are no measure of time, as what stands before packets may be one. */
  get beatsArePackets(): boolean {
    return this.#packets.beatsArePackets;
  }

  /** Nothing more has come for so long: what should have gone on by then is no beginning of anything. */
  waited(waitedMs: number): void {
    const more = waitedMs < DEVICE.packetRestMs ? NOTHING : this.#packets.givenUp();
    this.#scan(more.length > 0 ? concat([this.#held, more]) : this.#held, waitedMs);
  }

  /** Nothing more comes. */
  flush(): void {
    this.waited(Infinity);
  }

  #scan(received: Uint8Array, waitedMs: number): void {
    const packetsEnded = waitedMs >= DEVICE.packetRestMs;
    const { bytes, heartbeats } = this.#packets.unpacked(received, { final: packetsEnded });
    for (let i = 0; i < heartbeats; i++) this.#port.heartbeat();
    const packetAt = packetsEnded ? bytes.length : this.#packets.beginningAt(bytes);
    const stretch: ScanWindow = { bytes, packetAt, waitedMs, context: this.#context() };
    let start = 0;
    let keptFrom = bytes.length;
    let patienceMs = Infinity;
    for (let at = 0; at < bytes.length;) {
      const thing = this.#thingAt(stretch, { at, start, isKept: keptFrom < at });
      if (thing === undefined || thing.type === "incomplete") {
        if (thing) {
          keptFrom = Math.min(keptFrom, at);
          patienceMs = Math.min(patienceMs, thing.withinMs);
        }
        at++;
        continue;
      }
      this.#passOver(bytes.subarray(start, at));
      this.#take(thing, bytes.subarray(at, at + thing.length));
      at += thing.length;
      if (thing.type === "heartbeat") at += this.#packets.lineEndAt(bytes, at);
      start = at;
      keptFrom = bytes.length;
      patienceMs = Infinity;
      stretch.context = this.#context();
    }
    this.#serial(bytes.subarray(start, keptFrom));
    this.#held = keptFrom < bytes.length ? bytes.slice(keptFrom) : NOTHING;
    this.#patienceMs = Math.min(patienceMs, this.#packets.isWaiting ? DEVICE.packetRestMs : Infinity);
  }

  #thingAt(
    stretch: ScanWindow,
    { at, start, isKept }: { at: number; start: number; isKept: boolean },
  ): DecodedItem | undefined {
    const { bytes, waitedMs, packetAt } = stretch;
    // Between frames a heartbeat may stand anywhere; where there are no frames, only where a packet may begin.
    const mayStand = this.#options.family !== undefined || at === start;
    const added = mayStand ? this.#addedAt(bytes, at) : undefined;
    const found = this.#frameAt(stretch, at);
    let withinMs = Infinity;
    const wait = (ms: number) => {
      if (ms > waitedMs) withinMs = Math.min(withinMs, ms);
    };
    if (typeof found === "object") {
      if (added && added.type !== "incomplete" && added.length >= found.length) return added;
      if (found.mayGoOn) wait(BUS.longerMs);
      if (withinMs === Infinity) return { type: "frame", ...found };
    }
    if (found === "incomplete") wait(BUS.partialMs);
    if (added?.type === "incomplete") wait(added.withinMs);
    if (at >= packetAt) wait(DEVICE.packetRestMs);
    if (withinMs < Infinity) return { type: "incomplete", withinMs };
    return isKept || added?.type === "incomplete" ? undefined : added;
  }

  #frameAt(stretch: ScanWindow, at: number): ReturnType<BoardFamily["frameAt"]> {
    const { family } = this.#options;
    const { bytes, packetAt, context } = stretch;
    const found = family?.frameAt(bytes, at, context);
    if (found !== undefined || at >= packetAt || packetAt === bytes.length) return found;
    // The next packet may have begun within a frame.
    const cut = family?.frameAt(bytes.subarray(0, packetAt), at, context);
    return cut === "incomplete" ? cut : undefined;
  }

  #addedAt(bytes: Uint8Array, at: number): Exclude<DecodedItem, { type: "frame" }> | undefined {
    const { heartbeat = NOTHING } = this.#options;
    for (const [type, token] of [["echo", this.#echo], ["heartbeat", heartbeat]] as const) {
      if (token.length === 0 || bytes[at] !== token[0]) continue;
      const length = agreeing(bytes, at, token);
      if (length === token.length) return { type, length };
      // An echo comes over the bus, and is cut as frames are.
      const withinMs = type === "echo" ? BUS.partialMs : DEVICE.packetRestMs;
      if (at + length === bytes.length) return { type: "incomplete", withinMs };
    }
    return undefined;
  }

  #take(thing: Exclude<DecodedItem, { type: "incomplete" }>, bytes: Uint8Array): void {
    if (thing.type === "heartbeat") return this.#port.heartbeat();
    this.#serial(bytes);
    if (thing.type === "frame") this.#port.frame(thing.frame, bytes);
    else this.#echo = NOTHING;
  }

  /** No frame is in these bytes, though it had seemed so; heartbeats may be. */
  #passOver(bytes: Uint8Array): void {
    const { family, heartbeat = NOTHING } = this.#options;
    let start = 0;
    for (let at = 0; family && heartbeat.length > 0 && at < bytes.length; at++) {
      if (agreeing(bytes, at, heartbeat) < heartbeat.length) continue;
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

/**
 * Takes apart what comes from a DTU: the boards' frames, and what the DTU itself adds, which is its registration
 * before every packet, heartbeats of any bytes, and the echo of what was sent.
 *
 * @module
 */
import { concat } from "@std/bytes";
import type { DecodeContext, Family, Frame, Pending, Wiring } from "../boards/mod.ts";
import { agreeing, Packets } from "./packets.ts";

const NOTHING = new Uint8Array();

/** What is known of a DTU and the boards behind it. */
export interface ScannerOptions {
  /** `undefined`: all that the DTU did not add is for the operator. */
  readonly family: Family | undefined;
  readonly wiring: Wiring;
  readonly registration: Uint8Array;
  readonly heartbeat: Uint8Array | undefined;
  readonly layout: { readonly boards: readonly { readonly board: number }[] };
}

/** What a scanner tells, in the order in which it came. */
export interface ScannerPort {
  /** The request that waits for its answer; asked anew after each frame. */
  pending(): Pending | undefined;
  /** `undefined`: a valid frame that says nothing of interest. */
  frame(frame: Frame | undefined, bytes: Uint8Array): void;
  heartbeat(): void;
  /** Bytes of the serial bus, frames and garbage alike. */
  serial(bytes: Uint8Array): void;
}

/** What begins at one place; `incomplete`: something may, if more comes. */
type Thing =
  | { readonly type: "frame"; readonly frame: Frame | undefined; readonly length: number }
  | { readonly type: "heartbeat" | "echo"; readonly length: number }
  | { readonly type: "incomplete" };

/** Bytes that are looked through. */
interface Stretch {
  readonly bytes: Uint8Array;
  /** Where the beginning of a packet may stand at the very end: no frame goes over it. */
  readonly packetAt: number;
  /** Nothing more comes. */
  readonly final: boolean;
  context: DecodeContext;
}

/**
 * See the module. A stray byte does not hold up a whole frame behind it. Where bytes can be two things the longer
 * one counts; what may still become a frame is kept until more comes, or until {@linkcode Scanner.flush}.
 */
export class Scanner {
  readonly #options: ScannerOptions;
  readonly #port: ScannerPort;
  readonly #packets: Packets;
  #held: Uint8Array = NOTHING;
  #echo: Uint8Array = NOTHING;

  constructor(options: ScannerOptions, port: ScannerPort) {
    this.#options = options;
    this.#port = port;
    const { registration, heartbeat, family, layout } = options;
    const boards = layout.boards.map(({ board }) => board);
    const isHead = (byte: number) => family?.isHead(byte, boards) ?? false;
    this.#packets = new Packets({ registration, heartbeat, isHead });
  }

  /** How many bytes wait for more: fewer than the longest frame or packet that is known. */
  get held(): number {
    return this.#held.length;
  }

  /** From now on the adapter may return these bytes, once; none: it may not. */
  expectEcho(bytes: Uint8Array = NOTHING): void {
    this.#echo = bytes;
  }

  /** Takes what was received. */
  push(chunk: Uint8Array): void {
    const more = this.#packets.continued(chunk);
    this.#scan(this.#held.length > 0 ? concat([this.#held, more]) : more, { final: false });
  }

  /** Whether heartbeats are no measure of time, as what stands before packets may be one. */
  get beatsArePackets(): boolean {
    return this.#packets.beatsArePackets;
  }

  /** Nothing more came for a while: what is kept is no beginning of anything. */
  flush(): void {
    this.#scan(this.#held, { final: true });
  }

  #scan(received: Uint8Array, { final }: { final: boolean }): void {
    const { bytes, heartbeats } = this.#packets.unpacked(received, { final });
    for (let i = 0; i < heartbeats; i++) this.#port.heartbeat();
    const packetAt = final ? bytes.length : this.#packets.beginningAt(bytes);
    const stretch: Stretch = { bytes, packetAt, final, context: this.#context() };
    let start = 0;
    let keptFrom = bytes.length;
    for (let at = 0; at < bytes.length;) {
      const thing = this.#thingAt(stretch, { at, start, isKept: keptFrom < at });
      if (thing === undefined || thing.type === "incomplete") {
        if (thing) keptFrom = Math.min(keptFrom, at);
        at++;
        continue;
      }
      this.#passOver(bytes.subarray(start, at));
      this.#take(thing, bytes.subarray(at, at + thing.length));
      at += thing.length;
      if (thing.type === "heartbeat") at += this.#packets.lineEndAt(bytes, at);
      start = at;
      keptFrom = bytes.length;
      stretch.context = this.#context();
    }
    this.#serial(bytes.subarray(start, keptFrom));
    this.#held = keptFrom < bytes.length ? bytes.slice(keptFrom) : NOTHING;
  }

  #thingAt(
    stretch: Stretch,
    { at, start, isKept }: { at: number; start: number; isKept: boolean },
  ): Thing | undefined {
    const { bytes, final, packetAt } = stretch;
    // Between frames a heartbeat may stand anywhere; where there are no frames, only where a packet may begin.
    const mayStand = this.#options.family !== undefined || at === start;
    const added = mayStand ? this.#addedAt(bytes, at) : undefined;
    const found = this.#frameAt(stretch, at);
    if (typeof found === "object") {
      const isAdded = added && added.type !== "incomplete" && added.length >= found.length;
      return isAdded ? added : { type: "frame", ...found };
    }
    const mayBeLonger = found === "incomplete" || added?.type === "incomplete" || at >= packetAt;
    if (mayBeLonger && !final) return { type: "incomplete" };
    return isKept || added?.type === "incomplete" ? undefined : added;
  }

  #frameAt(stretch: Stretch, at: number): ReturnType<Family["frameAt"]> {
    const { family } = this.#options;
    const { bytes, packetAt, context } = stretch;
    const found = family?.frameAt(bytes, at, context);
    if (found !== undefined || at >= packetAt || packetAt === bytes.length) return found;
    // The next packet may have begun within a frame.
    const cut = family?.frameAt(bytes.subarray(0, packetAt), at, context);
    return cut === "incomplete" ? cut : undefined;
  }

  #addedAt(bytes: Uint8Array, at: number): Exclude<Thing, { type: "frame" }> | undefined {
    const { heartbeat = NOTHING } = this.#options;
    for (const [type, token] of [["echo", this.#echo], ["heartbeat", heartbeat]] as const) {
      if (token.length === 0 || bytes[at] !== token[0]) continue;
      const length = agreeing(bytes, at, token);
      if (length === token.length) return { type, length };
      if (at + length === bytes.length) return { type: "incomplete" };
    }
    return undefined;
  }

  #take(thing: Exclude<Thing, { type: "incomplete" }>, bytes: Uint8Array): void {
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
    return { wiring: this.#options.wiring, pending: this.#port.pending() };
  }
}

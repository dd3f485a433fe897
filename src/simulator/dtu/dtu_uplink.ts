import { PACKET_BYTES_MAX } from "../limits.ts";
import { type DelayRange, draw, type Random } from "../delay_range.ts";

/** How a DTU packs the bytes that it sends. */
export interface UplinkOptions {
  /** The DTU's registration; empty: it sends none. */
  readonly registration: Uint8Array;
  /** Sent once after connecting, in front of every packet of serial bytes, or both. @default "once" */
  readonly registrationSent?: "once" | "every-packet" | "both";
  /** What the installer entered behind the registration. @default "" */
  readonly lineEnd?: "" | "\n" | "\r\n";
  /** Sent when nothing else was sent for `heartbeatMs`. @default no heartbeat */
  readonly heartbeat?: Uint8Array;
  /** How long the DTU sends nothing before a heartbeat. @default 30_000 */
  readonly heartbeatMs?: number;
  /**
   * Bytes from the server put the next heartbeat off as well: firmware like iRTU sends one only when its wait
   * for a received byte runs out. @default false
   */
  readonly heartbeatAwaitsSilence?: boolean;
  /** The first heartbeat is sent together with the registration, in one piece. @default false */
  readonly heartbeatAtOnce?: boolean;
  /** Serial bytes are gathered until the bus was quiet so long; 0 sends each frame by itself. @default 0 */
  readonly gapMs?: number;
  /** Size of the pieces in bytes, fixed or drawn from a range. @default up to 2048 */
  readonly pieceBytes?: number | readonly [min: number, max: number];
  /** From piece to piece; 0 leaves it to TCP to merge them again. @default 2 */
  readonly pieceGapMs?: DelayRange;
  /** How much later all bytes arrive, in both directions. @default 0 */
  readonly latencyMs?: DelayRange;
  /** Source of chance for drawn times and sizes. @default Math.random */
  readonly random?: Random;
}

/**
 * What a DTU sends to the server and when: registration, heartbeats, and serial bytes, which it gathers,
 * prefixes, delays and cuts. Pure: bytes and the time in ms go in, pieces come out.
 */
export class DtuUplink {
  readonly #options: UplinkOptions;
  readonly #random: Random;
  readonly #registration: Uint8Array;
  #isOpen = false;
  #gathered: Uint8Array = new Uint8Array(0);
  /** When the gathered bytes are sent, in ms. */
  #sendAt = Infinity;
  #heartbeatAt = Infinity;
  #pieces: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  /** When the last piece is sent; no piece overtakes it. */
  #lastPieceAt = -Infinity;

  constructor(options: UplinkOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    const lineEnd = new TextEncoder().encode(options.lineEnd ?? "");
    this.#registration = Uint8Array.of(...options.registration, ...lineEnd);
  }

  /** When {@linkcode poll} has something to do next, in ms. */
  get nextAt(): number {
    return Math.min(this.#sendAt, this.#heartbeatAt, this.#pieces[0]?.at ?? Infinity);
  }

  /** The connection stands: the DTU registers. */
  open(now: number): void {
    this.close();
    this.#isOpen = true;
    const { registrationSent = "once", heartbeatAtOnce, heartbeat = [] } = this.#options;
    const registration = registrationSent === "every-packet" ? [] : this.#registration;
    this.#send(Uint8Array.of(...registration, ...(heartbeatAtOnce ? heartbeat : [])), now);
    this.#awaitSilence(now);
  }

  /** The connection is gone, and with it all bytes that were not sent. */
  close(): void {
    this.#isOpen = false;
    this.#gathered = new Uint8Array(0);
    this.#sendAt = Infinity;
    this.#heartbeatAt = Infinity;
    this.#pieces = [];
    this.#lastPieceAt = -Infinity;
  }

  /** Takes bytes from the serial bus; without a connection they are lost. */
  serial(bytes: Uint8Array, now: number): void {
    if (!this.#isOpen) return;
    this.#gathered = Uint8Array.of(...this.#gathered, ...bytes);
    const { gapMs = 0 } = this.#options;
    this.#sendAt = now + gapMs;
    if (gapMs === 0 || this.#gathered.length >= PACKET_BYTES_MAX) this.#sendGathered(now);
  }

  /** The server sent something. */
  received(now: number): void {
    if (this.#isOpen && this.#options.heartbeatAwaitsSilence) this.#awaitSilence(now);
  }

  /** The pieces that are sent at `now` or before. */
  poll(now: number): Uint8Array[] {
    if (this.#sendAt <= now) this.#sendGathered(this.#sendAt);
    if (this.#heartbeatAt <= now) this.#send(Uint8Array.of(...(this.#options.heartbeat ?? [])), now);
    const waiting = this.#pieces.findIndex((piece) => piece.at > now);
    const due = this.#pieces.splice(0, waiting < 0 ? this.#pieces.length : waiting);
    return due.map((piece) => piece.bytes);
  }

  #sendGathered(now: number): void {
    const isPrefixed = (this.#options.registrationSent ?? "once") !== "once";
    const packet = Uint8Array.of(...(isPrefixed ? this.#registration : []), ...this.#gathered);
    this.#gathered = new Uint8Array(0);
    this.#sendAt = Infinity;
    this.#send(packet, now);
  }

  #send(packet: Uint8Array, now: number): void {
    this.#awaitSilence(now);
    let at = Math.max(this.#lastPieceAt, now + draw(this.#options.latencyMs ?? 0, this.#random));
    for (let start = 0; start < packet.length;) {
      const bytes = packet.subarray(start, start + this.#pieceBytes());
      this.#pieces.push({ at, bytes });
      this.#lastPieceAt = at;
      start += bytes.length;
      if (start < packet.length) at += draw(this.#options.pieceGapMs ?? 2, this.#random);
    }
  }

  #pieceBytes(): number {
    return Math.max(1, draw(this.#options.pieceBytes ?? PACKET_BYTES_MAX, this.#random));
  }

  #awaitSilence(now: number): void {
    const { heartbeat, heartbeatMs = 30_000 } = this.#options;
    this.#heartbeatAt = heartbeat === undefined ? Infinity : now + heartbeatMs;
  }
}

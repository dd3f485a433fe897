/**
 * One cabinet's serial bus as a state machine: one request at a time, quiet after a silence, and after an open
 * reads of the door until there is evidence or the time is up. No socket and no timer: whoever drives it hands
 * in bytes and the time, and calls {@linkcode Bus.tick} when {@linkcode Bus.wakeAt} has come.
 *
 * An open is sent once. Nothing here sends it again.
 *
 * @module
 */
import { concat, equals, startsWith } from "@std/bytes";
import type { Door, Frame, Lock, Pending } from "../boards/mod.ts";
import { BUS } from "../limits.ts";
import type { DoorChange, Evidence } from "../router/mod.ts";
import type { DeviceCabinet, WiredCell } from "./cabinet.ts";
import { Doors } from "./doors.ts";
import { Polling } from "./polling.ts";

const NOTHING = new Uint8Array();

/** An open that waits for its turn. */
export interface OpenJob {
  readonly id: string;
  readonly cell: WiredCell;
  /** Nothing is sent from then on, in the driver's milliseconds. */
  readonly deadline: number;
  /** Called once, with how it ended. */
  readonly done: (evidence: Evidence) => void;
}

/** What the bus does to the outside. */
export interface BusPort {
  write(bytes: Uint8Array): void;
  /** The job's turn has come: answer with {@linkcode Bus.permitted} once it may be sent. */
  permit(job: OpenJob): void;
  doorsChanged(changes: readonly DoorChange[]): void;
}

/** An open that was sent and for which evidence is looked for. */
interface Confirming {
  readonly job: OpenJob;
  readonly until: number;
  /** Whether the board answered at all. */
  answered: boolean;
  /** When to look next. */
  readAt: number;
}

/** What occupies the bus. */
type Occupied =
  | { readonly type: "permit"; readonly job: OpenJob }
  | {
    readonly type: "request";
    readonly pending: Pending;
    readonly for: Confirming | undefined;
    until: number;
  };

/** See the module. All times are milliseconds of one monotonic clock. */
export class Bus {
  readonly #cabinet: DeviceCabinet;
  readonly #port: BusPort;
  readonly #doors: Doors;
  readonly #polling: Polling;
  #occupied: Occupied | undefined;
  #restUntil = 0;
  #waiting: OpenJob[] = [];
  #confirming: Confirming[] = [];
  #raw: Uint8Array[] = [];
  #held: Uint8Array = NOTHING;
  #echo: Uint8Array = NOTHING;

  /** @param options.firstReadAt when the doors are read first @default {now} */
  constructor(cabinet: DeviceCabinet, options: { port: BusPort; now: number; firstReadAt?: number }) {
    this.#cabinet = cabinet;
    this.#port = options.port;
    this.#doors = new Doors(cabinet.layout);
    this.#polling = new Polling(cabinet.layout, {
      doors: this.#doors,
      firstAt: cabinet.family ? options.firstReadAt ?? options.now : Infinity,
    });
  }

  /** When {@linkcode tick} wants to be called next; `Infinity`: only after something happened. */
  get wakeAt(): number {
    let at = this.#occupied?.type === "request" ? this.#occupied.until : Infinity;
    for (const { deadline } of this.#waiting) at = Math.min(at, deadline);
    for (const { until } of this.#confirming) at = Math.min(at, until);
    if (this.#occupied) return at;
    if (this.#waiting.length > 0 || this.#raw.length > 0) at = Math.min(at, this.#restUntil);
    for (const { readAt } of this.#confirming) at = Math.min(at, Math.max(readAt, this.#restUntil));
    return Math.min(at, Math.max(this.#polling.wakeAt, this.#restUntil));
  }

  /** Whether an open waits, or evidence of one is looked for. */
  get isBusy(): boolean {
    return this.#waiting.length > 0 || this.#confirming.length > 0 || this.#occupied?.type === "permit";
  }

  /** Whether a frame has begun and not ended, so that the next bytes belong to it. */
  get midFrame(): boolean {
    return this.#held.length > 0;
  }

  /** Where each door is that is known, by cell. */
  get doors(): ReadonlyMap<number, Door> {
    return this.#doors.known();
  }

  /** Takes an open; refuses it at once where it could only wait for nothing. */
  open(job: OpenJob, now: number): void {
    if (!this.#cabinet.family) return job.done({ state: "refused", reason: "unsupported" });
    if (this.#waiting.length >= BUS.queueMax) return job.done({ state: "refused", reason: "busy" });
    this.#waiting.push(job);
    this.tick(now);
  }

  /** The answer to {@linkcode BusPort.permit}. */
  permitted(may: boolean, now: number): void {
    if (this.#occupied?.type !== "permit") return;
    const { job } = this.#occupied;
    this.#occupied = undefined;
    if (!may) job.done({ state: "refused", reason: "unavailable" });
    else if (now >= job.deadline) job.done({ state: "refused", reason: "expired" });
    else this.#sendOpen(job, now);
    this.tick(now);
  }

  /** Sends the operator's bytes when the bus is free; `false` if too many wait. */
  raw(bytes: Uint8Array, now: number): boolean {
    if (!this.#cabinet.family) {
      this.#port.write(bytes);
      return true;
    }
    if (this.#raw.length >= BUS.rawQueueMax) return false;
    this.#raw.push(bytes);
    this.tick(now);
    return true;
  }

  /** Takes bytes that came from the bus. */
  received(chunk: Uint8Array, now: number): void {
    const { family, wiring } = this.#cabinet;
    if (!family) return;
    const fresh = this.#withoutEcho(chunk);
    let bytes = this.#held.length > 0 ? concat([this.#held, fresh]) : fresh;
    this.#held = NOTHING;
    while (bytes.length > 0) {
      const pending = this.#occupied?.type === "request" ? this.#occupied.pending : undefined;
      const { decoded, consumed } = family.decode(bytes, { wiring, pending });
      for (const one of decoded) this.#take(one.frame, { bytes: one.bytes, now });
      const rest = bytes.subarray(consumed);
      if (consumed === 0 || rest.length === 0) {
        this.#held = rest.length > 0 ? rest.slice(-family.frameBytesMax) : NOTHING;
        break;
      }
      bytes = rest;
    }
    this.#tellDoors(now);
    this.tick(now);
  }

  /** Does what the time asks for. Harmless when called too early or twice. */
  tick(now: number): void {
    if (this.#occupied?.type === "request" && now >= this.#occupied.until) this.#silence(this.#occupied, now);
    this.#giveUpLate(now);
    while (!this.#occupied && now >= this.#restUntil && this.#next(now));
  }

  /** The connection is gone: what was sent is unconfirmed, what was not is refused. */
  close(): void {
    const { job } = this.#occupied?.type === "permit" ? this.#occupied : { job: undefined };
    const refused = job ? [job, ...this.#waiting] : this.#waiting;
    const sent = this.#confirming;
    this.#occupied = undefined;
    this.#waiting = [];
    this.#confirming = [];
    this.#raw = [];
    for (const job of refused) job.done({ state: "refused", reason: "offline" });
    for (const { job } of sent) job.done({ state: "unconfirmed", reason: "link-lost" });
  }

  /** Starts what is due next; `false` if nothing is. */
  #next(now: number): boolean {
    const job = this.#waiting.shift();
    if (job) {
      this.#occupied = { type: "permit", job };
      this.#port.permit(job);
      return true;
    }
    const look = this.#confirming.find(({ readAt }) => readAt <= now);
    if (look) return this.#read(look, now);
    const raw = this.#raw.shift();
    if (raw) return this.#sendRaw(raw, now);
    return this.#poll(now);
  }

  #sendOpen(job: OpenJob, now: number): void {
    const confirming = { job, until: now + BUS.confirmMs, answered: false, readAt: Infinity };
    this.#confirming.push(confirming);
    const pending = this.#cabinet.family?.open(job.cell);
    if (pending) this.#request(pending, { for: confirming, now });
  }

  #read(confirming: Confirming, now: number): boolean {
    const pending = this.#cabinet.family?.read(confirming.job.cell);
    if (!pending) return false;
    confirming.readAt = Infinity;
    this.#request(pending, { for: confirming, now });
    return true;
  }

  #sendRaw(bytes: Uint8Array, now: number): boolean {
    this.#restUntil = now + BUS.rawHoldMs;
    if (this.#cabinet.localEcho) this.#echo = bytes;
    this.#port.write(bytes);
    return true;
  }

  #poll(now: number): boolean {
    const board = this.#polling.next(now);
    const pending = board && this.#cabinet.family?.readAll(board.board, board.channels);
    if (!pending) return false;
    this.#request(pending, { for: undefined, now });
    return true;
  }

  #request(pending: Pending, options: { for: Confirming | undefined; now: number }): void {
    const replyMs = pending.answer === "open-reply" ? BUS.replyMs : BUS.readReplyMs;
    this.#occupied = { type: "request", pending, for: options.for, until: options.now + replyMs };
    if (this.#cabinet.localEcho) this.#echo = pending.bytes;
    this.#port.write(pending.bytes);
  }

  /** No answer in time. One that still comes must not meet another's request: the bus rests. */
  #silence(request: Occupied & { type: "request" }, now: number): void {
    const { answer, board } = request.pending;
    this.#occupied = undefined;
    this.#restUntil = now + (answer === "open-reply" ? BUS.quietMs : BUS.readQuietMs);
    this.#echo = NOTHING;
    if (request.for) request.for.readAt = this.#restUntil;
    if (answer !== "doors") return;
    this.#polling.silent(board, now);
    this.#tellDoors(now);
  }

  #giveUpLate(now: number): void {
    if (this.#waiting.some(({ deadline }) => now >= deadline)) {
      const [late, inTime] = partition(this.#waiting, ({ deadline }) => now >= deadline);
      this.#waiting = inTime;
      for (const job of late) job.done({ state: "refused", reason: "expired" });
    }
    for (const confirming of this.#confirming.filter(({ until }) => now >= until)) {
      this.#finish(confirming, {
        state: "unconfirmed",
        reason: confirming.answered ? "not-seen" : "no-reply",
      });
    }
  }

  #take(frame: Frame, from: { bytes: Uint8Array; now: number }): void {
    const request = this.#occupied?.type === "request" && answers(frame, this.#occupied.pending)
      ? this.#occupied
      : undefined;
    if (frame.type === "open-reply") {
      if (request) this.#occupied = undefined;
      return this.#takeOpenReply(frame, from);
    }
    // Only an echo is the request byte for byte; the answer is still to come.
    if (request && equals(from.bytes, request.pending.bytes)) return;
    if (request) this.#occupied = undefined;
    if (frame.type === "doors") this.#learnBoard(frame, from.now);
    if (frame.type === "door" || frame.type === "report") this.#learnDoor(frame, from.now);
    if (frame.type === "door" && request?.for) this.#judge(request.for, frame.door, from.now);
  }

  /**
   * The board has answered, in time or late. "Did not open" is the request byte for byte in the 8A family, and
   * so is an echo: such a reply says nothing about the door, which is read a little later.
   */
  #takeOpenReply(frame: Frame & { type: "open-reply" }, from: { bytes: Uint8Array; now: number }): void {
    const { family } = this.#cabinet;
    const saysNothing = family !== undefined && equals(from.bytes, family.open(frame.lock).bytes);
    if (saysNothing) this.#restUntil = Math.max(this.#restUntil, from.now + BUS.confirmGapMs);
    for (const confirming of this.#confirmingAt(frame.lock)) {
      confirming.answered = true;
      confirming.readAt = Math.max(from.now, this.#restUntil);
    }
    if (!saysNothing) this.#learnDoor(frame, from.now);
  }

  #confirmingAt(lock: Lock): Confirming[] {
    return this.#confirming.filter(({ job }) =>
      job.cell.board === lock.board && job.cell.channel === lock.channel
    );
  }

  #learnBoard(frame: Frame & { type: "doors" }, now: number): void {
    this.#polling.heard(frame.board);
    this.#doors.boardIs(frame, { first: this.#cabinet.family?.channels[0] ?? 0, now });
    for (const confirming of [...this.#confirming]) {
      const { cell } = confirming.job;
      if (cell.board === frame.board && this.#doors.isOpen(cell)) {
        this.#finish(confirming, { state: "opened" });
      }
    }
  }

  #learnDoor(frame: { lock: Lock; door: Door }, now: number): void {
    this.#doors.doorIs(frame.lock, { door: frame.door, now });
    if (frame.door === "closed") return;
    for (const confirming of this.#confirmingAt(frame.lock)) this.#finish(confirming, { state: "opened" });
  }

  /** A read of the door after its open. Seen open was settled already; seen shut, the board's word counts. */
  #judge(confirming: Confirming, door: Door, now: number): void {
    if (door === "open") return;
    if (confirming.answered) this.#finish(confirming, { state: "failed", reason: "did-not-open" });
    else confirming.readAt = now + BUS.confirmGapMs;
  }

  #finish(confirming: Confirming, evidence: Evidence): void {
    const index = this.#confirming.indexOf(confirming);
    if (index < 0) return;
    this.#confirming.splice(index, 1);
    confirming.job.done(evidence);
  }

  #tellDoors(now: number): void {
    const changes = this.#doors.takeChanges();
    if (changes.length === 0) return;
    this.#polling.doorsMoved(now);
    this.#port.doorsChanged(changes);
  }

  /** Drops what the adapter returns of our own request; anything else ends the wait for it. */
  #withoutEcho(chunk: Uint8Array): Uint8Array {
    if (this.#echo.length === 0) return chunk;
    const length = Math.min(this.#echo.length, chunk.length);
    const echoed = startsWith(this.#echo, chunk.subarray(0, length));
    this.#echo = echoed ? this.#echo.subarray(length) : NOTHING;
    return echoed ? chunk.subarray(length) : chunk;
  }
}

function answers(frame: Frame, pending: Pending): boolean {
  if (frame.type !== pending.answer) return false;
  if (frame.type === "doors" || frame.type === "address") return frame.board === pending.board;
  return frame.lock.board === pending.board && frame.lock.channel === pending.channel;
}

function partition<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  const { yes = [], no = [] } = Object.groupBy(items, (item) => test(item) ? "yes" : "no");
  return [yes, no];
}

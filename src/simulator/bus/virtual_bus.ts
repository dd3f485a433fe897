/**
 * A serial bus with lock boards of one family, written from the vendors' facts alone so that it can catch mistakes
 * of the service's own codecs. Pure: no timer, no socket.
 *
 * @example
 * ```ts
 * const bus = new VirtualBus({ board: "wkly" });
 * bus.receive(Uint8Array.fromHex("574B4C590900820183"), 0); // open channel 1 of board 0 at 0 ms
 * bus.poll(200); // [57 4B 4C 59 0B 00 82 00 01 00 81]: it opened
 * ```
 *
 * @module
 */
import { Agenda } from "../agenda.ts";
import type { BoardRequest, Dialect } from "../dialects/dialect.ts";
import { SimulatedDoors } from "../doors.ts";
import { familyOf, locksByBoard, openReplyOf } from "../families.ts";
import { firesCoils, LockActuators } from "./hands.ts";
import { RequestReader } from "./reader.ts";
import { Senses } from "../dialects/senses.ts";
import { BoardReplies } from "./voices.ts";
import type { Deafness, LockPulse, SimulatedBus, SimulatedLock } from "../bus_events.ts";
import type { VirtualBusOptions } from "../options_bus.ts";
import type { Random } from "../span.ts";

/** One bus with its boards and the doors behind them. */
export class VirtualBus implements SimulatedBus {
  readonly #options: VirtualBusOptions;
  readonly #random: Random;
  readonly #agenda = new Agenda();
  readonly #locks: ReadonlyMap<number, number>;
  readonly #doors: SimulatedDoors;
  readonly #dialect: Dialect;
  readonly #reader: RequestReader;
  readonly #voices: BoardReplies;
  readonly #hands: LockActuators;
  #collisions = 0;

  /**
   * A bus whose boards have the family's addresses from the first one on.
   *
   * @throws {RangeError} when a bus of the family cannot be so
   */
  constructor(options: VirtualBusOptions = {}) {
    const family = familyOf(options);
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#locks = locksByBoard(family, options);
    this.#doors = this.#makeDoors();
    this.#voices = this.#makeVoices(family.replyMs);
    this.#hands = this.#makeHands();
    const senses = new Senses(this.#doors, options.wiring ?? family.wiring);
    this.#dialect = family.speak(senses, { ...options, openReply: openReplyOf(family, options) });
    this.#reader = new RequestReader(this.#dialect);
    for (const cell of options.jammed ?? []) this.#doors.jam({ board: family.boardFirst, ...cell });
  }

  /** When {@linkcode poll} has something to do next, in ms; `Infinity` when the bus waits for a request. */
  get nextAt(): number {
    return this.#agenda.nextAt;
  }

  /** The last 5,000 to 10,000 pulses, oldest first. */
  get pulses(): readonly LockPulse[] {
    return this.#doors.pulses;
  }

  /** The locks whose coil is live now. One that stays so burns out. */
  get liveCoils(): SimulatedLock[] {
    return this.#doors.liveCoils;
  }

  /** How many requests came while another one's reply was pending. */
  get collisions(): number {
    return this.#collisions;
  }

  /** How many bytes from the master belonged to no request. */
  get garbageBytes(): number {
    return this.#reader.droppedBytes;
  }

  /** Takes bytes from the master at `now` in ms. Poll up to `now` before. */
  receive(bytes: Uint8Array, now: number): void {
    const droppedBefore = this.#reader.droppedBytes;
    for (const request of this.#reader.push(bytes)) this.#request(request, now);
    const byteCount = this.#reader.droppedBytes - droppedBefore;
    if (byteCount > 0) this.#options.log?.({ type: "garbage", at: now, byteCount });
  }

  /** Does what is due at `now` in ms and returns the frames that the boards sent, in order. */
  poll(now: number): Uint8Array[] {
    this.#agenda.run(now);
    return this.#voices.take();
  }

  /** How often the coil of a lock fired since the start. */
  pulseCount(cell: SimulatedLock): number {
    return this.#doors.pulseCount(cell);
  }

  /** Where the door really is, whatever the boards say. */
  door(cell: SimulatedLock): "open" | "closed" {
    return this.#doors.isOpen(cell) ? "open" : "closed";
  }

  /** Somebody pushes the door shut at `now` in ms. Without effect while the coil is live. */
  close(cell: SimulatedLock, now: number): void {
    this.#doors.close(cell, now);
  }

  /** Somebody opens the door at `now` in ms without the board; it stays open until {@linkcode close}. */
  force(cell: SimulatedLock, now: number): void {
    this.#doors.force(cell, now);
  }

  /** From now on the coil fires and the door stays shut. */
  jam(cell: SimulatedLock): void {
    this.#doors.jam(cell);
  }

  /** Undoes {@linkcode jam}. */
  unjam(cell: SimulatedLock): void {
    this.#doors.unjam(cell);
  }

  /** From now on the board neither obeys nor answers nor reports; coils that are live stay so. */
  silence(board: number): void {
    this.#voices.silence(board);
  }

  /** Undoes {@linkcode silence}. */
  revive(board: number): void {
    this.#voices.revive(board);
  }

  /** From now on these frames are lost on their way up; what they answer has happened all the same. */
  deafen(what: Deafness): void {
    this.#voices.deafen(what);
  }

  #request(request: BoardRequest, now: number): void {
    const { bytes, deed, reply } = request;
    if (this.#voices.isReplyPending) return this.#collide(bytes, now);
    this.#options.log?.({ type: "request", at: now, bytes });
    const [board, another] = this.#listeners(request);
    if (board === undefined) return;
    // Their replies garble each other.
    if (another !== undefined) return this.#collide(bytes, now);
    const doneAt = deed === undefined ? now : this.#hands.do(deed, { board, now });
    if (reply === undefined) return;
    this.#voices.answer(doneAt, { board, opening: firesCoils(deed), frame: () => reply(board) });
  }

  /** The boards that a request is for. */
  #listeners({ board }: BoardRequest): number[] {
    const boards = board === "any" ? [...this.#locks.keys()] : [board];
    return boards.filter((address) => this.#voices.isAlive(address));
  }

  #changed(cell: SimulatedLock, at: number): void {
    this.#options.log?.({ type: "door", ...cell, at, open: this.#doors.isOpen(cell) });
    const bytes = this.#dialect.report?.(cell);
    if (bytes !== undefined) this.#voices.report(at, { ...cell, bytes });
  }

  #collide(bytes: Uint8Array, at: number): void {
    this.#collisions++;
    this.#options.log?.({ type: "collision", at, bytes });
  }

  #makeDoors(): SimulatedDoors {
    return new SimulatedDoors({
      locks: this.#locks,
      popMs: this.#options.popMs ?? 0,
      closeMs: this.#options.closeMs ?? "never",
      random: this.#random,
      agenda: this.#agenda,
      pulsed: (pulse) => this.#options.log?.({ type: "pulse", ...pulse }),
      changed: (cell, at) => this.#changed(cell, at),
    });
  }

  #makeVoices(replyMs: number): BoardReplies {
    const boards = [...this.#locks.keys()];
    const last = Math.max(...boards);
    const silent = (this.#options.silent ?? []).map((board) => board === "last" ? last : board);
    return new BoardReplies({ replyMs, ...this.#options, boards, silent, agenda: this.#agenda });
  }

  #makeHands(): LockActuators {
    return new LockActuators({
      locks: this.#locks,
      doors: this.#doors,
      openAllStepMs: this.#options.openAllStepMs ?? 300,
      random: this.#random,
      agenda: this.#agenda,
      isAlive: (board) => this.#voices.isAlive(board),
    });
  }
}

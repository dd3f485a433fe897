/**
 * A serial bus with lock boards of the 8A family, written from the vendor's facts alone so that it can catch
 * mistakes of the service's own codec. Pure: no timer, no socket.
 *
 * @example
 * ```ts
 * const bus = new Virtual8a({ boards: 1, locks: 24 });
 * bus.receive(Uint8Array.fromHex("8A0101119B"), 0); // open lock 1 of board 1 at 0 ms
 * bus.poll(200); // [8A 01 01 00 8A]: it opened
 * ```
 *
 * @module
 */
import { Agenda } from "./_agenda.ts";
import { Doors } from "./_doors.ts";
import { groupBytes, type Request, RequestReader, seal, stateByte } from "./_frame_8a.ts";
import { Voices } from "./_voices.ts";
import type { Bus, Cell, Deafness, Pulse } from "./bus.ts";
import { locksByBoard, type Virtual8aOptions } from "./options_8a.ts";
import { draw, type Random } from "./span.ts";

/** One bus with boards of the 8A family and the doors behind them. */
export class Virtual8a implements Bus {
  readonly #options: Virtual8aOptions;
  readonly #random: Random;
  readonly #agenda = new Agenda();
  readonly #reader = new RequestReader();
  readonly #doors: Doors;
  readonly #locks: ReadonlyMap<number, number>;
  readonly #voices: Voices;
  #collisions = 0;

  /**
   * A bus whose boards have the addresses from 1 on.
   *
   * @throws {RangeError} when there are more boards or locks than a bus can have
   */
  constructor(options: Virtual8aOptions = {}) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#locks = locksByBoard(options);
    this.#voices = new Voices({ ...options, boards: [...this.#locks.keys()], agenda: this.#agenda });
    this.#doors = new Doors({
      locks: this.#locks,
      popMs: options.popMs ?? 0,
      closeMs: options.closeMs ?? "never",
      random: this.#random,
      agenda: this.#agenda,
      pulsed: (pulse) => this.#options.log?.({ type: "pulse", ...pulse }),
      changed: (cell, at) => this.#changed(cell, at),
    });
    for (const cell of options.jammed ?? []) this.#doors.jam(cell);
  }

  /** When {@linkcode poll} has something to do next, in ms; `Infinity` when the bus waits for a request. */
  get nextAt(): number {
    return this.#agenda.nextAt;
  }

  /** The last 5,000 to 10,000 pulses, oldest first. */
  get pulses(): readonly Pulse[] {
    return this.#doors.pulses;
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
  pulseCount(cell: Cell): number {
    return this.#doors.pulseCount(cell);
  }

  /** Where the door really is, whatever the boards say. */
  door(cell: Cell): "open" | "closed" {
    return this.#doors.isOpen(cell) ? "open" : "closed";
  }

  /** Somebody pushes the door shut at `now` in ms. Without effect while the lock is held open. */
  close(cell: Cell, now: number): void {
    this.#doors.close(cell, now);
  }

  /** Somebody opens the door at `now` in ms without the board; it stays open until {@linkcode close}. */
  force(cell: Cell, now: number): void {
    this.#doors.force(cell, now);
  }

  /** From now on the coil fires and the door stays shut. */
  jam(cell: Cell): void {
    this.#doors.jam(cell);
  }

  /** Undoes {@linkcode jam}. */
  unjam(cell: Cell): void {
    this.#doors.unjam(cell);
  }

  /** From now on the board neither obeys nor answers nor reports. */
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

  #request(request: Request, now: number): void {
    const { kind, bytes } = request;
    if (this.#voices.isReplyPending) return this.#collide(bytes, now);
    this.#options.log?.({ type: "request", at: now, bytes });
    if (kind === "address") return this.#tellAddress(bytes, now);
    if (!this.#voices.isAlive(request.board)) return;
    if (kind === "open-all") return this.#openAll(request.board, now);
    if (kind === "read-all") return this.#readAll(request.board, now);
    if (!this.#doors.has(request)) return;
    if (kind === "open") return this.#openOne(request, now);
    if (kind === "read") return this.#readOne(request, now);
    this.#hold(request, now);
  }

  #openOne({ board, lock }: Cell, now: number): void {
    this.#doors.pulse({ board, lock }, { at: now, cause: "open" });
    this.#voices.answer(now, { board, opening: true, frame: () => this.#state(0x8a, { board, lock }) });
  }

  #openAll(board: number, now: number): void {
    let at = now;
    for (let lock = 1; lock <= (this.#locks.get(board) ?? 0); lock++) {
      if (lock > 1) at += draw(this.#options.openAllStepMs ?? 300, this.#random);
      this.#agenda.add(at, (fireAt) => {
        if (this.#voices.isAlive(board)) {
          this.#doors.pulse({ board, lock }, { at: fireAt, cause: "open-all" });
        }
      });
    }
    // The facts show no reply of its own for open-all: the open reply with lock 00, after the last lock.
    const allOpen = () => this.#doors.areOpen(board).every(Boolean);
    const frame = () => seal([0x8a, board, 0x00, stateByte(this.#isShort(allOpen()))]);
    this.#voices.answer(at, { board, opening: true, frame });
  }

  #readOne({ board, lock }: Cell, now: number): void {
    this.#voices.answer(now, { board, opening: false, frame: () => this.#state(0x80, { board, lock }) });
  }

  #readAll(board: number, now: number): void {
    const groups = this.#options.stateBytes ?? Math.ceil((this.#locks.get(board) ?? 0) / 8);
    const frame = () => {
      const shorts = this.#doors.areOpen(board).map((open) => this.#isShort(open));
      return seal([0x80, board, ...groupBytes(shorts, groups), 0x33]);
    };
    this.#voices.answer(now, { board, opening: false, frame });
  }

  #hold({ kind, board, lock, bytes }: Request, now: number): void {
    const cell = { board, lock };
    if (kind === "hold") this.#doors.hold(cell, now);
    else this.#doors.release(cell, now);
    const holdReply = this.#options.holdReply ?? "none";
    if (holdReply === "none") return;
    const head = kind === "hold" ? 0x9a : 0x9b;
    const frame = () => holdReply === "echo" ? bytes : this.#state(head, cell);
    this.#voices.answer(now, { board, opening: true, frame });
  }

  /** Every board answers this request; with several on the bus their replies garble each other. */
  #tellAddress(bytes: Uint8Array, now: number): void {
    const [board, another] = [...this.#locks.keys()].filter((address) => this.#voices.isAlive(address));
    if (board === undefined) return;
    if (another !== undefined) return this.#collide(bytes, now);
    this.#voices.answer(now, { board, opening: false, frame: () => seal([0x80, 0x01, board, 0x99]) });
  }

  #changed(cell: Cell, at: number): void {
    const { changeReports, log } = this.#options;
    log?.({ type: "door", ...cell, at, open: this.#doors.isOpen(cell) });
    if (changeReports !== undefined) {
      this.#voices.report(at, { ...cell, bytes: this.#state(changeReports, cell) });
    }
  }

  #collide(bytes: Uint8Array, at: number): void {
    this.#collisions++;
    this.#options.log?.({ type: "collision", at, bytes });
  }

  #state(head: number, cell: Cell): Uint8Array {
    return seal([head, cell.board, cell.lock, stateByte(this.#isShort(this.#doors.isOpen(cell)))]);
  }

  #isShort(open: boolean): boolean {
    return open === (this.#options.wiring === "short-when-open");
  }
}

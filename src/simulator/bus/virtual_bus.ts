import { TaskQueue } from "../task_queue.ts";
import type { BoardRequest, Dialect } from "../dialects/dialect.ts";
import { SimulatedDoors } from "../simulated_doors.ts";
import { familyOf, locksByBoard, openReplyOf } from "../families.ts";
import { firesCoils, LockActuators } from "./lock_actuators.ts";
import { RequestReader } from "./request_reader.ts";
import { LockSensors } from "../dialects/lock_sensors.ts";
import { BoardReplies } from "./board_replies.ts";
import type { FrameLoss, LockPulse, SimulatedBus, SimulatedLock } from "../bus_events.ts";
import type { VirtualBusOptions } from "../options_bus.ts";
import type { Random } from "../delay_range.ts";

/**
 * A serial bus with lock boards of one family and the doors behind them, written from the vendors' facts alone so that it can catch mistakes
 * of the service's own codecs. Pure: no timer, no socket.
 *
 * @example
 * ```ts
 * const bus = new VirtualBus({ board: "wkly" });
 * bus.receive(Uint8Array.fromHex("574B4C590900820183"), 0); // open channel 1 of board 0 at 0 ms
 * bus.poll(200); // [57 4B 4C 59 0B 00 82 00 01 00 81]: it opened
 * ```
 */
export class VirtualBus implements SimulatedBus {
  readonly #options: VirtualBusOptions;
  readonly #random: Random;
  readonly #tasks = new TaskQueue();
  readonly #locks: ReadonlyMap<number, number>;
  readonly #doors: SimulatedDoors;
  readonly #dialect: Dialect;
  readonly #reader: RequestReader;
  readonly #replies: BoardReplies;
  readonly #actuators: LockActuators;
  /** The lock whose door a switch shows. */
  readonly #shownAt: (cell: SimulatedLock) => SimulatedLock;
  #collisions = 0;

  /**
   * A bus whose boards have the family's addresses from the first one on.
   *
   * @throws {RangeError} when a bus of the family cannot be built like that
   */
  constructor(options: VirtualBusOptions = {}) {
    const family = familyOf(options);
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#locks = locksByBoard(family, options);
    this.#doors = this.#makeDoors();
    this.#replies = this.#makeReplies(family.replyMs);
    this.#shownAt = swapping(family.boardFirst, options.swappedSwitches);
    this.#actuators = this.#makeActuators(swapping(family.boardFirst, options.swappedLocks));
    const sensors = new LockSensors(this.#doors, {
      wiring: options.wiring ?? family.wiring,
      shownAt: this.#shownAt,
      isMissing: options.withoutSwitches ?? false,
    });
    this.#dialect = family.createDialect(sensors, { ...options, openReply: openReplyOf(family, options) });
    this.#reader = new RequestReader(this.#dialect);
    for (const cell of options.jammed ?? []) this.#doors.jam({ board: family.boardFirst, ...cell });
  }

  /** When {@linkcode poll} has something to do next, in ms; `Infinity` when the bus waits for a request. */
  get nextAt(): number {
    return this.#tasks.nextAt;
  }

  /** The last 5,000 to 10,000 pulses, oldest first. */
  get pulses(): readonly LockPulse[] {
    return this.#doors.pulses;
  }

  /** The locks whose coil is live now. A coil that stays live burns out. */
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
    this.#tasks.run(now);
    return this.#replies.take();
  }

  /** How often the coil of a lock fired since the start. */
  pulseCount(cell: SimulatedLock): number {
    return this.#doors.pulseCount(cell);
  }

  /** Where the door really is, whatever the boards report. */
  door(cell: SimulatedLock): "open" | "closed" {
    return this.#doors.isOpen(cell) ? "open" : "closed";
  }

  /** A person pushes the door shut at `now` in ms. Without effect while the coil is live. */
  close(cell: SimulatedLock, now: number): void {
    this.#doors.close(cell, now);
  }

  /** A person opens the door at `now` in ms without the board; it stays open until {@linkcode close}. */
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

  /** From now on the board neither obeys nor answers nor reports; live coils stay live. */
  silence(board: number): void {
    this.#replies.silence(board);
  }

  /** Undoes {@linkcode silence}. */
  revive(board: number): void {
    this.#replies.revive(board);
  }

  /** From now on these frames get lost on their way up; their requests are carried out all the same. */
  loseFrames(what: FrameLoss): void {
    this.#replies.loseFrames(what);
  }

  #request(request: BoardRequest, now: number): void {
    const { bytes, lockCommand, reply } = request;
    if (this.#replies.isReplyPending) return this.#reportCollision(bytes, now);
    this.#options.log?.({ type: "request", at: now, bytes });
    const [board, another] = this.#addressees(request);
    if (board === undefined) return;
    // The replies of two boards garble each other.
    if (another !== undefined) return this.#reportCollision(bytes, now);
    const doneAt = lockCommand === undefined ? now : this.#actuators.execute(lockCommand, { board, now });
    if (reply === undefined) return;
    this.#replies.answer(doneAt, { board, opening: firesCoils(lockCommand), frame: () => reply(board) });
  }

  /** The addresses of the boards that a request is for. */
  #addressees({ board }: BoardRequest): number[] {
    const boards = board === "any" ? [...this.#locks.keys()] : [board];
    return boards.filter((address) => this.#replies.isAlive(address));
  }

  #changed(cell: SimulatedLock, at: number): void {
    this.#options.log?.({ type: "door", ...cell, at, open: this.#doors.isOpen(cell) });
    const bytes = this.#options.withoutSwitches ? undefined : this.#dialect.report?.(this.#shownAt(cell));
    if (bytes !== undefined) this.#replies.report(at, { ...cell, bytes });
  }

  #reportCollision(bytes: Uint8Array, at: number): void {
    this.#collisions++;
    this.#options.log?.({ type: "collision", at, bytes });
  }

  #makeDoors(): SimulatedDoors {
    return new SimulatedDoors({
      locks: this.#locks,
      openDelayMs: this.#options.openDelayMs ?? 0,
      closeMs: this.#options.closeMs ?? "never",
      random: this.#random,
      tasks: this.#tasks,
      pulsed: (pulse) => this.#options.log?.({ type: "pulse", ...pulse }),
      changed: (cell, at) => this.#changed(cell, at),
    });
  }

  #makeReplies(replyMs: number): BoardReplies {
    const boards = [...this.#locks.keys()];
    const last = Math.max(...boards);
    const silent = (this.#options.silent ?? []).map((board) => board === "last" ? last : board);
    return new BoardReplies({ replyMs, ...this.#options, boards, silent, tasks: this.#tasks });
  }

  #makeActuators(pluggedAt: (cell: SimulatedLock) => SimulatedLock): LockActuators {
    return new LockActuators({
      pluggedAt,
      locks: this.#locks,
      doors: this.#doors,
      openAllStepMs: this.#options.openAllStepMs ?? 300,
      random: this.#random,
      tasks: this.#tasks,
      isAlive: (board) => this.#replies.isAlive(board),
    });
  }
}

/** What is at the place of a lock where plugs of the first board are swapped. */
function swapping(
  boardFirst: number,
  pairs: readonly (readonly [number, number])[] = [],
): (cell: SimulatedLock) => SimulatedLock {
  const other = new Map(pairs.flatMap(([a, b]) => [[a, b], [b, a]]));
  return ({ board, lock }) => ({ board, lock: board === boardFirst ? other.get(lock) ?? lock : lock });
}

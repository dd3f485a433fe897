import { describedCabinet } from "../rigs/device_cabinet.ts";
import { equal } from "node:assert/strict";
import { familyNamed } from "../../src/boards/mod.ts";
import { type BusPort, SerialBus } from "../../src/device/bus/bus.ts";
import { type DeviceCabinet, LockLayout } from "../../src/device/cabinet.ts";
import type { OpenJob, SeenDoor } from "../../src/device/cabinet_driver.ts";
import type { Evidence } from "../../src/cabinet/requests.ts";
import { type BoardName, VirtualBus, type VirtualBusOptions } from "../../src/simulator/mod.ts";
import { chance } from "../chance.ts";

/** How the cabinet is built and what its DTU does to the bytes. */
export interface CabinetOptions extends VirtualBusOptions {
  readonly board: BoardName;
  /** How many bytes of the boards arrive together at most. @default all */
  readonly pieceBytes?: number;
  /** From piece to piece, in milliseconds. @default 5 */
  readonly pieceGapMs?: number;
  /** How long bytes take, each way, in milliseconds. @default 0 */
  readonly latencyMs?: number;
  /** The adapter sends back all bytes that it puts on the bus. @default false */
  readonly echo?: boolean;
  /**
   * The DTU sends a heartbeat (`00`) when the line was idle in both directions for so long. @default never
   */
  readonly heartbeatAfterMs?: number;
  /** What differs in the service's description of the cabinet. */
  readonly described?: Partial<DeviceCabinet>;
}

interface Way {
  readonly at: number;
  readonly bytes: Uint8Array;
  readonly up: boolean;
}

/** How long a DTU waits after it was disconnected until it dials again, in milliseconds. */
const REDIAL_MS = 1_000;

/**
 * A cabinet without sockets and without waiting: the service's bus on one side, simulated boards on the
 * other, and the time in the test's hand.
 */
export class Cabinet {
  now = 0;
  readonly boards: VirtualBus;
  /** The bus of the cabinet's current connection. */
  bus: SerialBus;
  /** How each tap ended, by its id. */
  readonly ended = new Map<string, Evidence>();
  /** The moves of doors that were reported after the first reading. */
  readonly moves: SeenDoor[] = [];
  /** What the service sent. */
  readonly sent: Uint8Array[] = [];
  /** When the service would have disconnected the cabinet, as nothing was received for too long. */
  hungUpAt: number | undefined;
  /** From now on nothing arrives any more, without notice to either side. */
  isCut = false;
  #beatAt = Infinity;
  #heardAt = 0;
  #askedAfter = -1;
  readonly #options: CabinetOptions;
  readonly #described: DeviceCabinet;
  #underWay: Way[] = [];
  #taps = 0;
  #asking: OpenJob[] = [];
  /** When the DTU dials again after it was disconnected. */
  #dialAt = Infinity;

  constructor(options: CabinetOptions) {
    const family = familyNamed(options.board);
    if (!family) throw new RangeError(`Cannot find the family ${options.board}`);
    const [boardFirst] = family.boards;
    const [channelFirst, channelLast] = family.channels;
    const perBoard = Math.min(
      channelLast - channelFirst + 1,
      typeof options.locks === "number" ? options.locks : 8,
    );
    const cells = Array.from({ length: perBoard * (options.boards ?? 1) }, (_, index) => ({
      cell: index + 1,
      board: boardFirst + Math.floor(index / perBoard),
      channel: channelFirst + index % perBoard,
    }));
    this.#options = options;
    this.boards = new VirtualBus({ locks: perBoard, random: chance("cabinet"), ...options });
    this.#described = describedCabinet({
      family,
      wiring: options.wiring ?? family.wiring,
      localEcho: options.echo ?? false,
      registration: new TextEncoder().encode("IMEI860000000000001"),
      layout: new LockLayout(cells, channelFirst),
      ...options.described,
    });
    this.bus = new SerialBus(this.#described, { port: this.#port(), now: 0 });
    this.#putBeatOff();
    this.pass(20_000);
    this.moves.length = 0;
  }

  /** The DTU connects anew; bytes under way are lost. */
  reconnect(): void {
    this.bus.close();
    this.#dial();
    this.pass(20_000);
  }

  #dial(): void {
    this.#dialAt = Infinity;
    this.#underWay = [];
    this.bus = new SerialBus(this.#described, { port: this.#port(), now: this.now });
  }

  /** A person taps; the bytes may be sent at once. */
  tap(cell: number, withinMs = 4_000): string {
    const id = `tap-${++this.#taps}`;
    const { layout } = this.#described;
    const lock = layout.cells[layout.indexOfCell(cell) ?? -1];
    if (!lock) throw new RangeError(`Cannot tap cell ${cell}`);
    this.bus.open({
      id,
      lock,
      deadline: this.now + withinMs,
      done: (evidence) => {
        equal(this.ended.has(id), false, `${id} ended twice`);
        this.ended.set(id, evidence);
      },
    }, this.now);
    this.#grant();
    return id;
  }

  /** The door of the cell is pushed shut. */
  close(cell: number): void {
    const { board, channel } = this.#lock(cell);
    this.boards.close({ board, lock: channel }, this.now);
  }

  /** Whether the cell's door really stands open. */
  isOpen(cell: number): boolean {
    const { board, channel } = this.#lock(cell);
    return this.boards.door({ board, lock: channel }) === "open";
  }

  /** The door of the cell is opened by hand. */
  force(cell: number): void {
    const { board, channel } = this.#lock(cell);
    this.boards.force({ board, lock: channel }, this.now);
  }

  /** From now on the cell's coil fires and its door stays shut. */
  jam(cell: number): void {
    const { board, channel } = this.#lock(cell);
    this.boards.jam({ board, lock: channel });
  }

  /** Undoes {@linkcode jam}. */
  unjam(cell: number): void {
    const { board, channel } = this.#lock(cell);
    this.boards.unjam({ board, lock: channel });
  }

  /** How often the coil of the cell fired. */
  pulses(cell: number): number {
    const { board, channel } = this.#lock(cell);
    return this.boards.pulseCount({ board, lock: channel });
  }

  /** Bytes arrive that no board sent. */
  inject(bytes: Uint8Array): void {
    this.#carry(bytes, { up: true });
  }

  /** Lets the time pass; everything that is due happens in its order. */
  pass(ms: number): void {
    const until = this.now + ms;
    for (let rounds = 0;; rounds++) {
      equal(rounds < 100_000, true, "something wants to be woken without end");
      const wayAt = this.#underWay[0]?.at ?? Infinity;
      const lineAt = Math.min(this.#dialAt, this.#beatAt, this.#silenceAt);
      const at = Math.min(this.bus.wakeAt, this.boards.nextAt, wayAt, lineAt);
      if (at > until) break;
      this.now = Math.max(this.now, at);
      this.#step();
    }
    this.now = until;
  }

  #step(): void {
    if (this.now >= this.#dialAt) this.#dial();
    if (this.now >= this.#silenceAt) this.#breakSilence();
    if (this.now >= this.#beatAt) this.#carry(Uint8Array.of(0x00), { up: true });
    for (const frame of this.boards.poll(this.now)) this.#carry(frame, { up: true });
    for (let [first] = this.#underWay; first && first.at <= this.now; [first] = this.#underWay) {
      this.#underWay.shift();
      if (first.up) this.#receive(first.bytes);
      else this.#arrive(first.bytes);
    }
    this.bus.tick(this.now);
    this.#grant();
  }

  /** When a connection would react to the silence. */
  get #silenceAt(): number {
    if (this.hungUpAt !== undefined) return Infinity;
    return this.#askedAfter === this.#heardAt ? this.bus.goneAt : Math.min(this.bus.askAt, this.bus.goneAt);
  }

  #breakSilence(): void {
    if (this.now >= this.bus.goneAt) this.hungUpAt = this.now;
    this.#askedAfter = this.#heardAt;
    this.bus.probe(this.now);
  }

  #receive(bytes: Uint8Array): void {
    this.#heardAt = this.now;
    this.bus.received(bytes, this.now);
  }

  #putBeatOff(): void {
    this.#beatAt = this.now + (this.#options.heartbeatAfterMs ?? Infinity);
  }

  /** Permits what waits for its permission. */
  #grant(): void {
    while (this.#asking.shift()) this.bus.permitted(true, this.now);
  }

  #arrive(bytes: Uint8Array): void {
    this.#putBeatOff();
    if (this.#options.echo) this.#carry(bytes, { up: true });
    for (const frame of this.boards.poll(this.now)) this.#carry(frame, { up: true });
    this.boards.receive(bytes, this.now);
    for (const frame of this.boards.poll(this.now)) this.#carry(frame, { up: true });
  }

  /** Bytes keep their order in each direction. */
  #carry(bytes: Uint8Array, { up }: { up: boolean }): void {
    if (up) this.#putBeatOff();
    if (this.isCut) return;
    const { latencyMs = 0, pieceBytes = Infinity, pieceGapMs = 5 } = this.#options;
    const last = this.#underWay.findLast((way) => way.up === up);
    let at = Math.max(this.now + latencyMs, last?.at ?? 0);
    for (let start = 0; start < bytes.length; start += pieceBytes) {
      const piece = up ? bytes.slice(start, start + Math.min(pieceBytes, bytes.length)) : bytes;
      this.#underWay.push({ at, bytes: piece, up });
      if (!up) break;
      at += pieceGapMs;
    }
    this.#underWay.sort((a, b) => a.at - b.at);
  }

  #lock(cell: number): { board: number; channel: number } {
    const { layout } = this.#described;
    const lock = layout.cells[layout.indexOfCell(cell) ?? -1];
    if (!lock) throw new RangeError(`Cannot find cell ${cell}`);
    return lock;
  }

  #port(): BusPort {
    return {
      write: (bytes) => {
        this.sent.push(bytes);
        this.#carry(bytes, { up: false });
      },
      permit: (job) => void this.#asking.push(job),
      serial: () => {},
      doorsMoved: (doors) => void this.moves.push(...doors),
      doorsSeen: () => {},
      reschedule: () => {},
      flutters: () => {},
      close: () => {
        this.bus.close();
        this.#dialAt = this.now + REDIAL_MS;
      },
    };
  }
}

import type { BusEvent, FrameLoss, LockPulse, SimulatedLock } from "./bus_events.ts";
import type { VirtualBusOptions } from "./options_bus.ts";
import type { DtuEvent, DtuState, VirtualDtuOptions } from "./options_dtu.ts";
import { VirtualBus } from "./bus/virtual_bus.ts";
import { VirtualDtu } from "./dtu/virtual_dtu.ts";

export type SimulatedEvent = BusEvent | DtuEvent;

/** Where a cabinet dials and how its parts behave. */
export interface SimulatedCabinetOptions
  extends Omit<VirtualBusOptions, "log">, Omit<VirtualDtuOptions, "log"> {
  /** Is told everything that happens in the cabinet. */
  readonly log?: (event: SimulatedEvent) => void;
}

/** A whole cabinet, lock boards behind a DTU, that runs until it is disposed of. */
export class SimulatedCabinet implements AsyncDisposable {
  readonly #bus: VirtualBus;
  readonly #dtu: VirtualDtu;
  readonly #now: () => number;

  constructor(options: SimulatedCabinetOptions) {
    this.#now = options.now ?? Date.now;
    this.#bus = new VirtualBus(options);
    this.#dtu = new VirtualDtu(this.#bus, options);
  }

  /**
   * Resolves while the TCP connection stands, else with the next one. It does not say whether the server
   * accepts the registration.
   *
   * @throws {Error} when the cabinet is disposed of before
   */
  get connected(): Promise<void> {
    return this.#dtu.connected;
  }

  /** The state of the cabinet's DTU. */
  get state(): DtuState {
    return this.#dtu.state;
  }

  /** The last 5,000 to 10,000 firings of coils, oldest first. */
  get pulses(): readonly LockPulse[] {
    return this.#bus.pulses;
  }

  /** The locks whose coil is live now. A coil that stays live burns out. */
  get liveCoils(): readonly SimulatedLock[] {
    return this.#bus.liveCoils;
  }

  /** How many requests came while another one's reply was pending. */
  get collisions(): number {
    return this.#bus.collisions;
  }

  /** How many bytes from the server belonged to no request. */
  get garbageBytes(): number {
    return this.#bus.garbageBytes;
  }

  /** How often the coil of a lock fired since the start. */
  pulseCount(board: number, lock: number): number {
    return this.#bus.pulseCount({ board, lock });
  }

  /** Where the door really is, whatever the boards report. */
  door(board: number, lock: number): "open" | "closed" {
    return this.#bus.door({ board, lock });
  }

  /** A person pushes the door shut. */
  closeDoor(board: number, lock: number): void {
    this.#bus.close({ board, lock }, this.#now());
    this.#dtu.tick();
  }

  /** A person opens the door without the board; it stays open until {@linkcode closeDoor}. */
  forceDoor(board: number, lock: number): void {
    this.#bus.force({ board, lock }, this.#now());
    this.#dtu.tick();
  }

  /** From now on the coil fires and the door stays shut. */
  jam(board: number, lock: number): void {
    this.#bus.jam({ board, lock });
  }

  /** Undoes {@linkcode jam}. */
  unjam(board: number, lock: number): void {
    this.#bus.unjam({ board, lock });
  }

  /** From now on the board neither obeys nor answers nor reports. */
  silence(board: number): void {
    this.#bus.silence(board);
  }

  /** Undoes {@linkcode silence}. */
  revive(board: number): void {
    this.#bus.revive(board);
  }

  /** From now on these frames get lost on their way up; their requests are carried out all the same. */
  loseFrames(what: FrameLoss): void {
    this.#bus.loseFrames(what);
  }

  /** Puts bytes on the way to the server as if they had come from the bus: noise, or a late reply. */
  inject(bytes: Uint8Array): void {
    this.#dtu.inject(bytes);
  }

  /** The connection dies without a FIN; its socket stays open until {@linkcode drop} or the end. */
  freeze(): void {
    this.#dtu.freeze();
  }

  /** Closes the connection, also frozen ones, and redials after `awayMs`, which may be `Infinity`. */
  drop(options?: { readonly awayMs?: number }): void {
    this.#dtu.drop(options);
  }

  /** Dials at once, in place of the live connection or beside a frozen one. */
  redial(): void {
    this.#dtu.redial();
  }

  /** Ends the cabinet: no timer, socket or task is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dtu[Symbol.asyncDispose]();
  }
}

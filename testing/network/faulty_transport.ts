import type { Transport, TransportMessage } from "../../src/router/mesh/transport.ts";

/** How a network misbehaves. Parts are from 0 (never) to 1 (always). */
export interface Faults {
  readonly lost: number;
  readonly doubled: number;
  /** The part that comes late, after messages that were sent later, and by how many milliseconds at most. */
  readonly late: number;
  readonly lateMs: number;
}

/**
 * How soon members in one process notice that one of them died. Isolates take longer, as each may be busy for 2 s; here a busy
 * process holds all of them up.
 */
export const SOON_NOTICED = { helloMs: 250, silentMs: 1_000 } as const;

const NO_FAULTS: Faults = { lost: 0, doubled: 0, late: 0, lateMs: 0 };

/** A network in memory for tests: it loses, doubles, delays and reorders messages, and can be cut in two. */
export class FaultyNetwork {
  readonly #random: () => number;
  readonly #members = new Map<string, FaultyTransport<unknown>>();
  readonly #cut = new Set<string>();
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  faults: Faults = NO_FAULTS;

  /** @param random from 0 to 1; from a known seed a run can be repeated */
  constructor(random: () => number) {
    this.#random = random;
  }

  join<Item>(name: string): Transport<Item> {
    const transport = new FaultyTransport<Item>(name, this);
    this.#members.set(name, transport as FaultyTransport<unknown>);
    return transport;
  }

  leave(name: string): void {
    this.#members.delete(name);
  }

  /** Cuts these members off from the others. Without names, all reach each other again. */
  partition(...names: readonly string[]): void {
    this.#cut.clear();
    for (const name of names) this.#cut.add(name);
  }

  carry(from: string, to: string | undefined, message: unknown): void {
    for (const name of to === undefined ? this.#members.keys() : [to]) {
      if (name === from || this.#cut.has(from) !== this.#cut.has(name)) continue;
      this.#carryTo(name, structuredClone(message));
    }
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #carryTo(name: string, message: unknown): void {
    const { lost, doubled, late, lateMs } = this.faults;
    if (this.#random() < lost) return;
    const times = this.#random() < doubled ? 2 : 1;
    for (let time = 0; time < times; time++) {
      this.#later(this.#random() < late ? this.#random() * lateMs : 0, () => {
        this.#members.get(name)?.receive(message as TransportMessage<unknown>);
      });
    }
  }

  #later(ms: number, deliver: () => void): void {
    if (ms === 0) return queueMicrotask(deliver);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      deliver();
    }, ms);
    this.#timers.add(timer);
  }
}

class FaultyTransport<Item> implements Transport<Item> {
  readonly name: string;
  readonly #network: FaultyNetwork;
  readonly #met = new Set<string>();
  #receive: (message: TransportMessage<Item>) => void = () => {};

  constructor(name: string, network: FaultyNetwork) {
    this.name = name;
    this.#network = network;
  }

  start(receive: (message: TransportMessage<Item>) => void): void {
    this.#receive = receive;
  }

  receive(message: TransportMessage<Item>): void {
    if (message.type === "hello" || message.type === "bye" || this.#met.has(message.from)) {
      this.#receive(message);
    }
  }

  broadcast(message: TransportMessage<Item>): void {
    this.#network.carry(this.name, undefined, message);
  }

  connect(peer: string): void {
    this.#met.add(peer);
  }

  send(peer: string, message: TransportMessage<Item>): void {
    this.#network.carry(this.name, peer, message);
  }

  disconnect(peer: string): void {
    this.#met.delete(peer);
  }

  [Symbol.dispose](): void {
    this.#network.leave(this.name);
  }
}

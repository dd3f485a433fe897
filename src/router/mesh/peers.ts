/**
 * The other isolates of the program: who is there, and a reliable link to each. Isolates come and go at any time;
 * one that says nothing for long is gone, and when it is heard again all begins anew.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { ROUTER } from "../../lib/limits.ts";
import { type Batch, ReliableLink } from "./link.ts";
import type { Message, Transport } from "./transport.ts";

/** Another isolate. */
export interface PeerIsolate<Item> {
  readonly name: string;
  readonly link: ReliableLink<Item>;
  heardAt: number;
  isScheduled: boolean;
}

/** Who is told of what comes in. */
export interface Hearing<Item> {
  /** Messages came, in the order in which they were sent, each once. They were `delayMs` on their way. */
  heard(peer: PeerIsolate<Item>, items: readonly Item[], delayMs: number): void;
  /** All that the peer said before is void; it says anew what holds. */
  begins(peer: PeerIsolate<Item>): void;
  /**
   * What we said to the peer may be lost to it: these items never left. It is to be told anew what holds, unless it is
   * gone.
   */
  lost(peer: PeerIsolate<Item>, unsent: readonly Item[], gone: boolean): void;
  /** Makes items ready to leave; may leave some out. */
  pack(items: Item[], now: number): Item[];
}

/** What was counted, in all. */
export interface PeerCounts {
  batches: number;
  resent: number;
  lost: number;
}

/** See the module. */
export class Peers<Item> implements Disposable {
  readonly #transport: Transport<Item>;
  readonly #hearing: Hearing<Item>;
  readonly #now: () => number;
  readonly #wallClock: () => number;
  readonly #peers = new Map<string, PeerIsolate<Item>>();
  readonly #hello: ReturnType<typeof setInterval>;
  #resend: ReturnType<typeof setTimeout> | undefined;
  #links = 0;
  #lookedAt: number;
  readonly counts: PeerCounts = { batches: 0, resent: 0, lost: 0 };

  /** @param options.wallClock milliseconds since 1970, the same for all isolates of the program */
  constructor(
    transport: Transport<Item>,
    options: { hearing: Hearing<Item>; now: () => number; wallClock: () => number },
  ) {
    this.#transport = transport;
    this.#hearing = options.hearing;
    this.#now = options.now;
    this.#wallClock = options.wallClock;
    this.#lookedAt = options.now();
    transport.start((message) => this.#hear(message));
    this.#hello = setInterval(() => this.#look(), ROUTER.helloMs);
    this.#sayHello();
  }

  get size(): number {
    return this.#peers.size;
  }

  [Symbol.iterator](): MapIterator<PeerIsolate<Item>> {
    return this.#peers.values();
  }

  /** Sends the item, after what waits already. A peer that cannot take more is given up; it will come back. */
  push(peer: PeerIsolate<Item>, item: Item): void {
    if (this.#peers.get(peer.name) !== peer) return;
    if (peer.link.waiting >= ROUTER.queueMax) return this.#remove(peer);
    peer.link.push(item);
    this.#schedule(peer);
  }

  /** Sends the item to everybody. */
  pushToAll(item: Item): void {
    for (const peer of this.#peers.values()) this.push(peer, item);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#hello);
    clearTimeout(this.#resend);
    this.#transport.shout({ type: "bye", from: this.#transport.me });
    for (const peer of this.#peers.values()) this.#remove(peer);
    this.#transport[Symbol.dispose]();
  }

  #hear(message: Message<Item>): void {
    const now = this.#now();
    const known = this.#peers.get(message.from);
    if (known) known.heardAt = now;
    if (known && message.type !== "hello") this.#hearFrom(known, message, now);
    if (!known && message.type === "hello") this.#add(message.from, now);
  }

  #hearFrom(peer: PeerIsolate<Item>, message: Exclude<Message<Item>, { type: "hello" }>, now: number): void {
    switch (message.type) {
      case "bye":
        return this.#remove(peer);
      case "reset":
        if (peer.link.isLink(message.link)) this.#restart(peer);
        return;
      case "heard":
        peer.link.acknowledge(message);
        return this.#flush(peer, now);
      case "batch":
        this.#take(peer, message);
    }
  }

  #take(peer: PeerIsolate<Item>, batch: Batch<Item>): void {
    const taken = peer.link.take(batch);
    if (taken === "unknown") {
      return this.#tell(peer, { type: "reset", from: this.#transport.me, link: batch.link });
    }
    if (taken === "begins") {
      this.#hearing.begins(peer);
      if (peer.link.isForgotten(batch.heard)) this.#restart(peer);
    }
    if (taken === "new") {
      this.#hearing.heard(peer, batch.items, Math.max(0, this.#wallClock() - batch.at));
    }
    this.#schedule(peer);
  }

  #add(name: string, now: number): void {
    const link = new ReliableLink<Item>(this.#transport.me, ++this.#links);
    const peer = { name, link, heardAt: now, isScheduled: false };
    this.#peers.set(name, peer);
    this.#transport.meet(name);
    // So that it need not wait for our next one.
    this.#sayHello();
    this.#hearing.lost(peer, [], false);
    this.#schedule(peer);
  }

  #restart(peer: PeerIsolate<Item>): void {
    this.counts.lost++;
    this.#hearing.lost(peer, peer.link.restart(++this.#links), false);
    this.#schedule(peer);
  }

  #remove(peer: PeerIsolate<Item>): void {
    this.#peers.delete(peer.name);
    this.#transport.part(peer.name);
    this.counts.lost++;
    this.#hearing.begins(peer);
    this.#hearing.lost(peer, peer.link.restart(++this.#links), true);
  }

  /** All that one turn of the event loop brings leaves as one batch. */
  #schedule(peer: PeerIsolate<Item>): void {
    if (peer.isScheduled) return;
    peer.isScheduled = true;
    setImmediate(() => {
      peer.isScheduled = false;
      if (this.#peers.get(peer.name) === peer) this.#flush(peer, this.#now());
    });
  }

  #flush(peer: PeerIsolate<Item>, now: number): void {
    const at = this.#wallClock();
    const message = peer.link.flush({ now, at }, (items) => this.#hearing.pack(items, now));
    if (!message) return;
    if (message.type === "batch") this.counts.batches++;
    this.#tell(peer, message.type === "batch" ? message : { ...message, from: this.#transport.me });
    this.#watchOver();
  }

  #tell(peer: PeerIsolate<Item>, message: Message<Item>): void {
    this.#transport.tell(peer.name, message);
  }

  /** While anything is under way, sees that it arrives. */
  #watchOver(): void {
    this.#resend ??= setTimeout(() => {
      this.#resend = undefined;
      const now = this.#now();
      let isUnderWay = false;
      for (const peer of this.#peers.values()) {
        const again = peer.link.due(now);
        if (again) {
          this.counts.resent++;
          this.#tell(peer, again);
        }
        isUnderWay ||= peer.link.isUnderWay;
      }
      if (isUnderWay) this.#watchOver();
    }, ROUTER.resendMs);
  }

  #sayHello(): void {
    this.#transport.shout({ type: "hello", from: this.#transport.me });
  }

  #look(): void {
    const now = this.#now();
    // Whoever was busy itself has heard nobody, and what they said is still to be read.
    const wasBusy = now - this.#lookedAt > 2 * ROUTER.helloMs;
    this.#lookedAt = now;
    this.#sayHello();
    for (const peer of this.#peers.values()) {
      if (wasBusy) peer.heardAt = now;
      else if (now - peer.heardAt >= ROUTER.silentMs) this.#remove(peer);
    }
  }
}

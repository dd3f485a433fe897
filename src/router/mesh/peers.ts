import { setImmediate } from "node:timers";
import { ROUTER } from "../../lib/limits.ts";
import { type Batch, ReliableLink } from "./link.ts";
import type { Transport, TransportMessage } from "./transport.ts";

/** Another isolate of the program. */
export interface PeerIsolate<Item> {
  readonly name: string;
  readonly link: ReliableLink<Item>;
  heardAt: number;
  isScheduled: boolean;
}

/** Is told what peers send, and when a link begins or is lost. */
export interface PeerListener<Item> {
  /** Items came, in the order in which they were sent, each once. They were `delayMs` on their way. */
  received(peer: PeerIsolate<Item>, items: readonly Item[], delayMs: number): void;
  /** All that the peer told before is void; it tells anew what holds. */
  begins(peer: PeerIsolate<Item>): void;
  /**
   * What was sent to the peer may be lost: these items never left. Unless the peer is gone, it is to be told anew what
   * holds.
   */
  lost(peer: PeerIsolate<Item>, unsent: readonly Item[], gone: boolean): void;
  /** Makes items ready to leave; may leave some out. */
  pack(items: Item[], now: number): Item[];
}

/** How soon an isolate that died is noticed. */
export interface PeerLimits {
  /** How often isolates say that they are there, in milliseconds. */
  readonly helloMs: number;
  /** An isolate that was silent for this long is removed. */
  readonly silentMs: number;
}

/** How many batches were sent and resent, and how many links were lost, since the start. */
export interface PeerCounts {
  batches: number;
  resent: number;
  lost: number;
}

/**
 * The other isolates of the program, and a reliable link to each. Isolates come and go at any time: one that is silent
 * for `silentMs` is removed, and when it is heard again a new link begins.
 */
export class Peers<Item> implements Disposable {
  readonly #transport: Transport<Item>;
  readonly #listener: PeerListener<Item>;
  readonly #now: () => number;
  readonly #wallClock: () => number;
  readonly #limits: PeerLimits;
  readonly #peers = new Map<string, PeerIsolate<Item>>();
  readonly #helloTimer: ReturnType<typeof setInterval>;
  #resendTimer: ReturnType<typeof setTimeout> | undefined;
  #links = 0;
  #checkedAt: number;
  readonly counts: PeerCounts = { batches: 0, resent: 0, lost: 0 };

  /**
   * @param options.wallClock milliseconds since 1970, the same for all isolates of the program
   * @param options.limits @default {ROUTER}
   */
  constructor(
    transport: Transport<Item>,
    options: {
      listener: PeerListener<Item>;
      now: () => number;
      wallClock: () => number;
      limits?: PeerLimits;
    },
  ) {
    this.#transport = transport;
    this.#listener = options.listener;
    this.#now = options.now;
    this.#wallClock = options.wallClock;
    this.#limits = options.limits ?? ROUTER;
    this.#checkedAt = options.now();
    transport.start((message) => this.#receive(message));
    this.#helloTimer = setInterval(() => this.#checkSilence(), this.#limits.helloMs);
    this.#sendHello();
  }

  get size(): number {
    return this.#peers.size;
  }

  /** Sends the item, after those that are queued. A peer whose queue is full is removed; its next hello adds it again. */
  push(peer: PeerIsolate<Item>, item: Item): void {
    if (this.#peers.get(peer.name) !== peer) return;
    if (peer.link.queued >= ROUTER.queueMax) return this.#remove(peer);
    peer.link.push(item);
    this.#schedule(peer);
  }

  pushToAll(item: Item): void {
    for (const peer of this.#peers.values()) this.push(peer, item);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#helloTimer);
    clearTimeout(this.#resendTimer);
    this.#transport.broadcast({ type: "bye", from: this.#transport.name });
    for (const peer of this.#peers.values()) this.#remove(peer);
    this.#transport[Symbol.dispose]();
  }

  #receive(message: TransportMessage<Item>): void {
    const now = this.#now();
    const peer = this.#peers.get(message.from);
    if (peer) peer.heardAt = now;
    if (message.type !== "hello") { if (peer) this.#receiveFrom(peer, message, now); }
    else if (!peer) this.#add(message.from, now);
  }

  #receiveFrom(
    peer: PeerIsolate<Item>,
    message: Exclude<TransportMessage<Item>, { type: "hello" }>,
    now: number,
  ): void {
    switch (message.type) {
      case "bye":
        return this.#remove(peer);
      case "reset":
        if (peer.link.isLink(message.link)) this.#restart(peer);
        return;
      case "ack":
        peer.link.acknowledge(message);
        return this.#flush(peer, now);
      case "batch":
        this.#receiveBatch(peer, message);
    }
  }

  #receiveBatch(peer: PeerIsolate<Item>, batch: Batch<Item>): void {
    const result = peer.link.receive(batch);
    if (result === "unknown") {
      return this.#send(peer, { type: "reset", from: this.#transport.name, link: batch.link });
    }
    if (result === "begins") {
      this.#listener.begins(peer);
      if (peer.link.isForgotten(batch.ack)) this.#restart(peer);
    }
    if (result === "new") {
      this.#listener.received(peer, batch.items, Math.max(0, this.#wallClock() - batch.at));
    }
    this.#schedule(peer);
  }

  #add(name: string, now: number): void {
    const link = new ReliableLink<Item>(this.#transport.name, ++this.#links);
    const peer = { name, link, heardAt: now, isScheduled: false };
    this.#peers.set(name, peer);
    this.#transport.connect(name);
    // So that the peer need not wait for the next one.
    this.#sendHello();
    this.#listener.lost(peer, [], false);
    this.#schedule(peer);
  }

  #restart(peer: PeerIsolate<Item>): void {
    this.counts.lost++;
    this.#listener.lost(peer, peer.link.restart(++this.#links), false);
    this.#schedule(peer);
  }

  #remove(peer: PeerIsolate<Item>): void {
    this.#peers.delete(peer.name);
    this.#transport.disconnect(peer.name);
    this.counts.lost++;
    this.#listener.begins(peer);
    this.#listener.lost(peer, peer.link.restart(++this.#links), true);
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
    const message = peer.link.flush({ now, at }, (items) => this.#listener.pack(items, now));
    if (!message) return;
    if (message.type === "batch") this.counts.batches++;
    this.#send(peer, message.type === "batch" ? message : { ...message, from: this.#transport.name });
    this.#scheduleResend();
  }

  #send(peer: PeerIsolate<Item>, message: TransportMessage<Item>): void {
    this.#transport.send(peer.name, message);
  }

  /** Runs until no batch is outstanding. */
  #scheduleResend(): void {
    this.#resendTimer ??= setTimeout(() => {
      this.#resendTimer = undefined;
      const now = this.#now();
      let isOutstanding = false;
      for (const peer of this.#peers.values()) {
        const batch = peer.link.resend(now);
        if (batch) {
          this.counts.resent++;
          this.#send(peer, batch);
        }
        isOutstanding ||= peer.link.isOutstanding;
      }
      if (isOutstanding) this.#scheduleResend();
    }, ROUTER.resendMs);
  }

  #sendHello(): void {
    this.#transport.broadcast({ type: "hello", from: this.#transport.name });
  }

  #checkSilence(): void {
    const now = this.#now();
    // An isolate that was busy itself has not read yet what its peers sent meanwhile.
    const wasBusy = now - this.#checkedAt > 2 * this.#limits.helloMs;
    this.#checkedAt = now;
    this.#sendHello();
    for (const peer of this.#peers.values()) {
      if (wasBusy) peer.heardAt = now;
      else if (now - peer.heardAt >= this.#limits.silentMs) this.#remove(peer);
    }
  }
}

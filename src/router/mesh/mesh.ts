import { ROUTER } from "../../lib/limits.ts";
import { Owners, refusedClaim } from "../owners.ts";
import { type PeerCounts, type PeerIsolate, type PeerLimits, Peers } from "./peers.ts";
import { MeshRequests, tooLate } from "./requests.ts";
import type { MeshItem } from "./items.ts";
import { MissedNotifier } from "../missed_notifier.ts";
import type { NearRouter, Owner, OwnershipClaim, RequestOptions } from "../router.ts";
import type { Transport } from "./transport.ts";
import { Watchers } from "../watchers.ts";

/** Entries in one item, when a peer is told all that this isolate owns and watches. */
const SYNC_ENTRIES = 500;

/**
 * The router between the isolates of one program. Each isolate knows what every other one owns, so a request goes
 * straight to its owner, and what it watches, so an event goes only where it is watched.
 */
export class MeshRouter<Request, Progress, Reply, Event>
  implements NearRouter<Request, Progress, Reply, Event> {
  readonly #now: () => number;
  readonly #owners = new Owners<Request, Progress, Reply>();
  readonly #watchers = new Watchers<Event>();
  readonly #missed: MissedNotifier;
  readonly #peers: Peers<MeshItem<Request, Progress, Reply, Event>>;
  /** The owners in other isolates, by address. */
  readonly #directory = new Map<string, { peer: PeerIsolate<unknown>; epoch: number }>();
  readonly #watchedBy = new Map<string, Set<PeerIsolate<unknown>>>();
  readonly #requests: MeshRequests<Request, Progress, Reply, Event>;

  /**
   * @param options.now milliseconds that only go forward, on a clock of its own
   * @param options.wallClock milliseconds since 1970, the same for all isolates of the program
   * @param options.limits how soon an isolate that died is noticed @default {ROUTER}
   */
  constructor(
    transport: Transport<MeshItem<Request, Progress, Reply, Event>>,
    { now, wallClock, limits = ROUTER }: { now: () => number; wallClock: () => number; limits?: PeerLimits },
  ) {
    this.#now = now;
    this.#missed = new MissedNotifier(this.#watchers);
    this.#requests = new MeshRequests({ now, push: (peer, item) => this.#push(peer, item) });
    this.#peers = new Peers(transport, {
      now,
      wallClock,
      limits,
      listener: {
        received: (peer, items, delayMs) => {
          for (const item of items) this.#receive(peer, item, delayMs);
        },
        begins: (peer) => this.#forget(peer),
        lost: (peer, unsent, gone) => {
          this.#requests.fail(peer, unsent);
          if (gone) this.#missed.notifyAll();
          else this.#sync(peer);
        },
        pack: (items, now) =>
          items.filter((item) => item[0] !== "request" || this.#requests.prepare(item, now)),
      },
    });
  }

  /** How many other isolates run. */
  get peers(): number {
    return this.#peers.size;
  }

  get counts(): PeerCounts {
    return this.#peers.counts;
  }

  claim(address: string, owner: Owner<Request, Progress, Reply>, epoch: number): OwnershipClaim {
    const elsewhere = this.#directory.get(address);
    if (elsewhere && elsewhere.epoch > epoch) return refusedClaim(owner);
    this.#directory.delete(address);
    const released = () => this.#peers.pushToAll(["releases", address, epoch]);
    const claim = this.#owners.claim(address, owner, { epoch, released });
    if (claim.held) this.#peers.pushToAll(["owns", [[address, epoch]]]);
    return claim;
  }

  owns(address: string): boolean {
    return this.#owners.has(address);
  }

  knows(address: string): boolean {
    return this.#owners.has(address) || this.#directory.has(address);
  }

  async request(
    address: string,
    request: Request,
    options: RequestOptions<Progress> = {},
  ): Promise<Reply | undefined> {
    const beginBy = this.#now() + (options.beginMs ?? ROUTER.beginMs);
    for (let hops = 0; hops <= ROUTER.hopsMax; hops++) {
      if (this.#owners.has(address)) {
        return await this.#owners.request(address, request, { ...options, beginMs: beginBy - this.#now() });
      }
      const owner = this.#directory.get(address);
      if (!owner) return undefined;
      const answer = await this.#requests.request(owner.peer, { address, request, beginBy, options });
      if (answer !== "not-owned") return answer.reply;
      if (this.#directory.get(address) === owner) return undefined;
    }
    return undefined;
  }

  publish(address: string, event: Event): void {
    this.#watchers.notify(address, event);
    for (const peer of this.#watchedBy.get(address) ?? []) this.#push(peer, ["event", address, event]);
  }

  watch(address: string, listener: (event: Event) => void, missed?: () => void): Disposable {
    if (!this.#watchers.has(address)) this.#peers.pushToAll(["watches", [address]]);
    const last = () => this.#peers.pushToAll(["unwatches", address]);
    return this.#watchers.add(address, { listener, missed }, last);
  }

  [Symbol.dispose](): void {
    this.#peers[Symbol.dispose]();
    this.#requests[Symbol.dispose]();
    this.#missed[Symbol.dispose]();
  }

  #push(peer: PeerIsolate<unknown>, item: MeshItem<Request, Progress, Reply, Event>): void {
    this.#peers.push(peer as PeerIsolate<typeof item>, item);
  }

  #receive(
    peer: PeerIsolate<unknown>,
    item: MeshItem<Request, Progress, Reply, Event>,
    delayMs: number,
  ): void {
    switch (item[0]) {
      case "request":
        return void this.#serve(peer, item, delayMs);
      case "reply":
        return this.#requests.end(item[1])?.resolve({ reply: item[2] });
      case "progress":
        return this.#requests.progress(item[1], item[2]);
      case "not-owned":
        return this.#requests.end(item[1])?.resolve("not-owned");
      case "late":
        return this.#requests.end(item[1])?.reject(tooLate("it"));
      case "event":
        return this.#watchers.notify(item[1], item[2]);
      case "owns":
        for (const [address, epoch] of item[1]) this.#setOwner(peer, address, epoch);
        return;
      case "releases":
        if (this.#directory.get(item[1])?.epoch === item[2]) this.#directory.delete(item[1]);
        return;
      case "watches":
        for (const address of item[1]) this.#watchersOf(address).add(peer);
        return;
      case "unwatches":
        return this.#unwatch(peer, item[1]);
      case "synced":
        this.#missed.notifyAll();
    }
  }

  async #serve(
    peer: PeerIsolate<unknown>,
    [, n, address, leftMs, request]: MeshItem<Request, Progress, Reply, Event> & ["request", ...unknown[]],
    delayMs: number,
  ): Promise<void> {
    const beginMs = leftMs - delayMs;
    if (beginMs <= 0) return this.#push(peer, ["late", n]);
    if (!this.#owners.has(address)) return this.#push(peer, ["not-owned", n]);
    const progress = (progress: Progress) => this.#push(peer, ["progress", n, progress]);
    const reply = await this.#owners.request(address, request, { beginMs, progress });
    this.#push(peer, reply === undefined ? ["not-owned", n] : ["reply", n, reply]);
  }

  #setOwner(peer: PeerIsolate<unknown>, address: string, epoch: number): void {
    // The isolate with the higher epoch has told the peer so.
    if ((this.#owners.epochOf(address) ?? -1) > epoch) return;
    if ((this.#directory.get(address)?.epoch ?? -1) > epoch) return;
    this.#directory.set(address, { peer, epoch });
    this.#owners.displace(address, epoch);
  }

  #watchersOf(address: string): Set<PeerIsolate<unknown>> {
    const peers = this.#watchedBy.get(address) ?? new Set();
    this.#watchedBy.set(address, peers);
    return peers;
  }

  #unwatch(peer: PeerIsolate<unknown>, address: string): void {
    const peers = this.#watchedBy.get(address);
    peers?.delete(peer);
    if (peers?.size === 0) this.#watchedBy.delete(address);
  }

  /** Removes what the peer owns and watches. */
  #forget(peer: PeerIsolate<unknown>): void {
    for (const [address, owner] of this.#directory) if (owner.peer === peer) this.#directory.delete(address);
    for (const address of [...this.#watchedBy.keys()]) this.#unwatch(peer, address);
  }

  /** Tells the peer all that this isolate owns and watches. */
  #sync(peer: PeerIsolate<unknown>): void {
    const owned = [...this.#owners.entries()];
    for (let i = 0; i < owned.length; i += SYNC_ENTRIES) {
      this.#push(peer, ["owns", owned.slice(i, i + SYNC_ENTRIES)]);
    }
    const watched = [...this.#watchers.addresses()];
    for (let i = 0; i < watched.length; i += SYNC_ENTRIES) {
      this.#push(peer, ["watches", watched.slice(i, i + SYNC_ENTRIES)]);
    }
    this.#push(peer, ["synced"]);
  }
}

import { NATS, ROUTER } from "../../lib/limits.ts";
import type { NatsRequest, PresenceMessage } from "./messages.ts";
import { ClockOffset } from "../clock_offset.ts";

interface NatsPeer {
  /** `undefined`: it has not sent a hello yet. */
  program: string | undefined;
  /** `lost` of its last hello. */
  lost: number | undefined;
  heardAt: number;
  readonly clockOffset: ClockOffset;
}

/** What {@linkcode NatsPeers} needs, and which changes it reports. */
export interface NatsPeersOptions {
  /** This isolate and its program. */
  readonly isolate: string;
  readonly program: string;
  readonly now: () => number;
  /** An isolate was found; `again`: it had been silent, so both sides may have missed messages. */
  readonly found: (again: boolean) => void;
  /** An event of another program may have been lost. */
  readonly missed: () => void;
  /** An isolate stopped or fell silent; `isOther`: it is of another program. */
  readonly gone: (isolate: string, isOther: boolean) => void;
}

/** The other isolates that are connected to the same NATS, those of the own program too. */
export class NatsPeers {
  readonly #options: NatsPeersOptions;
  readonly #peers = new Map<string, NatsPeer>();
  readonly #silent = new Set<string>();
  #checkedAt: number;

  constructor(options: NatsPeersOptions) {
    this.#options = options;
    this.#checkedAt = options.now();
  }

  /** How many isolates are of other programs. */
  get others(): number {
    let others = 0;
    for (const peer of this.#peers.values()) if (this.#isOther(peer)) others++;
    return others;
  }

  receive(presence: PresenceMessage): void {
    if (presence.from === this.#options.isolate) return;
    if (presence.type === "bye") return this.#remove(presence.from);
    const peer = this.#peerOf(presence.from);
    peer.program = presence.program;
    const lostMore = peer.lost !== undefined && peer.lost !== presence.lost;
    peer.lost = presence.lost;
    if (lostMore && this.#isOther(peer)) this.#options.missed();
  }

  /** Notes that the isolate sent a message. */
  noteContact(isolate: string): void {
    if (isolate !== this.#options.isolate) this.#peerOf(isolate);
  }

  /**
   * For how long a request that has just arrived may still be begun, in milliseconds; `undefined`: it has to be sent
   * again with this isolate's time in it, since it is not known how long it was on its way, or since that seems to have
   * been too long.
   */
  leftMs({ from, at, leftMs, echo }: NatsRequest<unknown>): number | undefined {
    const now = this.#options.now();
    if (from === this.#options.isolate) return leftMs - (now - at);
    const { clockOffset } = this.#peerOf(from);
    if (echo?.from === this.#options.isolate) {
      clockOffset.addRoundTrip({ at, askedAt: echo.at }, now);
      // The time since our "again" was sent includes the request's way, and is measured on our clock alone.
      return leftMs - (now - echo.at);
    }
    const delayMs = clockOffset.maxDelayMs(at, now);
    return delayMs !== undefined && delayMs < leftMs ? leftMs - delayMs : undefined;
  }

  /** Removes the silent ones. To be called every `ROUTER.helloMs`. */
  removeSilent(): void {
    const now = this.#options.now();
    // An isolate that was busy itself has not read yet what its peers sent meanwhile.
    const wasBusy = now - this.#checkedAt > 2 * ROUTER.helloMs;
    this.#checkedAt = now;
    for (const [isolate, peer] of this.#peers) {
      if (wasBusy) peer.heardAt = now;
      if (now - peer.heardAt < ROUTER.silentMs) continue;
      this.#remember(isolate);
      this.#remove(isolate);
    }
  }

  /** Begins anew to count silence: the broker is another one, or is connected again. */
  resetSilence(): void {
    this.#silent.clear();
    for (const peer of this.#peers.values()) peer.heardAt = this.#options.now();
  }

  #peerOf(isolate: string): NatsPeer {
    const heardAt = this.#options.now();
    const known = this.#peers.get(isolate);
    if (known) {
      known.heardAt = heardAt;
      return known;
    }
    const peer: NatsPeer = { program: undefined, lost: undefined, heardAt, clockOffset: new ClockOffset() };
    this.#peers.set(isolate, peer);
    this.#options.found(this.#silent.delete(isolate));
    return peer;
  }

  #remember(isolate: string): void {
    this.#silent.add(isolate);
    const [oldest] = this.#silent;
    if (this.#silent.size > NATS.silentMax && oldest !== undefined) this.#silent.delete(oldest);
  }

  #remove(isolate: string): void {
    const peer = this.#peers.get(isolate);
    if (!peer) return;
    this.#peers.delete(isolate);
    this.#options.gone(isolate, this.#isOther(peer));
  }

  #isOther({ program }: NatsPeer): boolean {
    return program !== undefined && program !== this.#options.program;
  }
}

import { NATS, ROUTER } from "../../lib/limits.ts";
import type { Ask, PresenceMessage } from "./messages.ts";
import { Transit } from "../transit.ts";

interface KnownProgram {
  /** `undefined`: it has not said hello. */
  program: string | undefined;
  /** What it said last of what it lost. */
  lost: number | undefined;
  heardAt: number;
  readonly transit: Transit;
}

/** What is done about peers. */
export interface PeersOptions {
  /** This isolate and its program. */
  readonly isolate: string;
  readonly program: string;
  readonly now: () => number;
  /** Somebody is there who was not; `again`: it had fallen silent, so it may have missed what we said, and we it. */
  readonly met: (again: boolean) => void;
  /** Somebody of another program published what may have been lost. */
  readonly missed: () => void;
  /** Somebody has left or fallen silent, of our own program or another. */
  readonly gone: (isolate: string, isOther: boolean) => void;
}

/** The other isolates that are connected to the same NATS, of our own program, too. */
export class NatsPeers {
  readonly #options: PeersOptions;
  readonly #peers = new Map<string, KnownProgram>();
  readonly #silent = new Set<string>();
  #lookedAt: number;

  constructor(options: PeersOptions) {
    this.#options = options;
    this.#lookedAt = options.now();
  }

  /** How many are of other programs. */
  get others(): number {
    let others = 0;
    for (const peer of this.#peers.values()) if (this.#isOther(peer)) others++;
    return others;
  }

  hear(presence: PresenceMessage): void {
    if (presence.from === this.#options.isolate) return;
    if (presence.type === "bye") return this.#remove(presence.from);
    const peer = this.#peerOf(presence.from);
    peer.program = presence.program;
    const lostMore = peer.lost !== undefined && peer.lost !== presence.lost;
    peer.lost = presence.lost;
    if (lostMore && this.#isOther(peer)) this.#options.missed();
  }

  /** Something came from the isolate. */
  heardOf(isolate: string): void {
    if (isolate !== this.#options.isolate) this.#peerOf(isolate);
  }

  /**
   * For how long what has just come in may still be begun, in milliseconds; `undefined`: it has to be asked again, with
   * our own time in it, since it is not known how long it was on its way, or since that seems to have been too long.
   */
  leftMs({ from, at, leftMs, echo }: Ask<unknown>): number | undefined {
    const now = this.#options.now();
    if (from === this.#options.isolate) return leftMs - (now - at);
    const { transit } = this.#peerOf(from);
    if (echo?.from === this.#options.isolate) {
      transit.prove({ at, askedAt: echo.at }, now);
      // From our saying "again" until now is more than the way back, and on our clock alone.
      return leftMs - (now - echo.at);
    }
    const delayMs = transit.atMost(at, now);
    return delayMs !== undefined && delayMs < leftMs ? leftMs - delayMs : undefined;
  }

  /** Lets go of those who fell silent. To be called every `ROUTER.helloMs`. */
  look(): void {
    const now = this.#options.now();
    // Whoever was busy itself has heard nobody, and what they said is still to be read.
    const wasBusy = now - this.#lookedAt > 2 * ROUTER.helloMs;
    this.#lookedAt = now;
    for (const [isolate, peer] of this.#peers) {
      if (wasBusy) peer.heardAt = now;
      if (now - peer.heardAt < ROUTER.silentMs) continue;
      this.#remember(isolate);
      this.#remove(isolate);
    }
  }

  /** The network is another one: that somebody was silent on the one before says nothing. */
  joined(): void {
    this.#silent.clear();
    for (const peer of this.#peers.values()) peer.heardAt = this.#options.now();
  }

  #peerOf(isolate: string): KnownProgram {
    const heardAt = this.#options.now();
    const known = this.#peers.get(isolate);
    if (known) {
      known.heardAt = heardAt;
      return known;
    }
    const peer: KnownProgram = {
      program: undefined,
      lost: undefined,
      heardAt,
      transit: new Transit(),
    };
    this.#peers.set(isolate, peer);
    this.#options.met(this.#silent.delete(isolate));
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

  #isOther({ program }: KnownProgram): boolean {
    return program !== undefined && program !== this.#options.program;
  }
}

import { ISOLATE } from "../lib/limits.ts";
import { Metrics } from "../metrics/mod.ts";
import { SharedCount } from "../lib/concurrency/shared_count.ts";
import { SharedLock } from "../lib/concurrency/shared_lock.ts";

/** The memory that the isolates of the program share, as it is handed to each of them. */
export interface SharedParts {
  /** Of the lock that is held while SQLite is written. */
  readonly writing: SharedArrayBuffer;
  /** Of two locks, one of which an isolate holds while it hashes a password: no more than two are hashed at once. */
  readonly hashing: readonly [SharedArrayBuffer, SharedArrayBuffer];
  readonly metrics: SharedArrayBuffer;
  readonly devices: SharedArrayBuffer;
  readonly sockets: SharedArrayBuffer;
}

/** The shared memory, as the supervisor uses it. */
export class SharedMemory {
  readonly parts: SharedParts;
  /** By isolate: its heartbeat at the last change that was seen, and how often it was looked at since then. */
  readonly #beats: { beat: number; looks: number }[];

  private constructor(parts: SharedParts, isolates: number) {
    this.parts = parts;
    this.#beats = Array.from({ length: isolates }, () => ({ beat: 0, looks: 0 }));
  }

  static make(isolates: number): SharedMemory {
    const parts: SharedParts = {
      writing: SharedLock.memory(isolates),
      hashing: [SharedLock.memory(isolates), SharedLock.memory(isolates)],
      // One part more, for the supervisor itself.
      metrics: Metrics.memory(isolates + 1),
      devices: SharedCount.memory(isolates),
      sockets: SharedCount.memory(isolates),
    };
    return new SharedMemory(parts, isolates);
  }

  /** Gives back what an isolate held that has died, and takes out what it counted. */
  abandon(isolate: number): void {
    const { writing, hashing, metrics, devices, sockets } = this.parts;
    for (const lock of [writing, ...hashing]) SharedLock.abandon(lock, isolate);
    Metrics.clearGauges(metrics, isolate);
    SharedCount.abandon(devices, isolate);
    SharedCount.abandon(sockets, isolate);
    this.#beats[isolate] = { beat: 0, looks: 0 };
  }

  /**
   * The isolates whose heartbeat has stopped, if it is called every {@linkcode ISOLATE.lookMs}: it counts its calls, since
   * time also passes while the whole program stands still. An isolate without a heartbeat so far is starting.
   */
  hung(): number[] {
    return this.#beats.flatMap((known, isolate) => {
      const beat = Metrics.heartbeat(this.parts.metrics, isolate);
      const looks = beat === known.beat && beat !== 0 ? known.looks + 1 : 0;
      this.#beats[isolate] = { beat, looks };
      return looks >= ISOLATE.hungMs / ISOLATE.lookMs ? [isolate] : [];
    });
  }
}

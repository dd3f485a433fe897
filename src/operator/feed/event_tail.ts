import type { Tables } from "../../db/mod.ts";
import { eventsBehind, lastCommitted, type OwnedEvent, placesOf } from "../../db/queries/feed/feed.ts";
import { namesOfEvents } from "../../db/queries/feed/names.ts";
import { FEED } from "../../lib/limits.ts";
import { EventBatch, type EventContext } from "./event_batch.ts";

/** Gets events as they are written. */
export interface Follower {
  /** The number up to which it has all events. */
  readonly position: number;
  /** Whether it has to know where the cabinets of the events are. */
  readonly isByPlace: boolean;
  /** The organization whose people it names; `undefined`: it names nobody. */
  readonly namesPeopleOf: string | undefined;
  /** Takes the events that it does not have. */
  take(batch: EventBatch): void;
}

/** What {@linkcode EventTail} works with. */
export interface EventTailOptions {
  /** Is told of errors of the database; the reader goes on. */
  readonly failed: (error: unknown) => void;
  /** How often new events are looked for, in milliseconds. @default {FEED.pollMs} */
  readonly pollMs?: number;
}

/** Reads all events as they are written, once for all feeds of an isolate, and only while something uses it. */
export class EventTail {
  readonly #db: Tables;
  readonly #failed: (error: unknown) => void;
  readonly #pollMs: number;
  readonly #followers = new Set<Follower>();
  #position = 0;
  #users = 0;
  /** `undefined`: nothing uses it. */
  #run: { readonly begun: Promise<void> } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(db: Tables, { failed, pollMs = FEED.pollMs }: EventTailOptions) {
    this.#db = db;
    this.#failed = failed;
    this.#pollMs = pollMs;
  }

  /** The number up to which all events were given to the followers. */
  get position(): number {
    return this.#position;
  }

  /**
   * Has it read until that is disposed of, once.
   *
   * @throws {Error} if the database does not answer
   */
  async use(): Promise<Disposable> {
    this.#users++;
    const run = this.#run ??= { begun: this.#begin() };
    try {
      await run.begun;
    } catch (error) {
      this.#unused();
      throw error;
    }
    return { [Symbol.dispose]: () => this.#unused() };
  }

  /** From here on the follower gets each event, if it has all that were before. @returns whether it has */
  follow(follower: Follower): boolean {
    if (follower.position < this.#position) return false;
    this.#followers.add(follower);
    return true;
  }

  unfollow(follower: Follower): void {
    this.#followers.delete(follower);
  }

  async #begin(): Promise<void> {
    this.#position = await lastCommitted(this.#db);
    this.#readIn(this.#pollMs);
  }

  #unused(): void {
    if (--this.#users > 0) return;
    this.#run = undefined;
    clearTimeout(this.#timer);
  }

  #readIn(ms: number): void {
    const run = this.#run;
    this.#timer = setTimeout(async () => {
      const nextMs = await this.#read(() => this.#run !== run).catch((error) => {
        this.#failed(error);
        return FEED.retryMs;
      });
      if (this.#run === run) this.#readIn(nextMs);
    }, ms);
  }

  /** Reads what is new. @returns after how many milliseconds there may be more */
  async #read(isOver: () => boolean): Promise<number> {
    const read = await eventsBehind(this.#db, { after: this.#position, limit: FEED.batchMax });
    const context = await this.#contextOf(read.events);
    if (isOver()) return this.#pollMs;
    const batch = new EventBatch(read, context);
    this.#position = batch.position;
    for (const follower of this.#followers) follower.take(batch);
    return read.events.length === FEED.batchMax ? FEED.batchGapMs : this.#pollMs;
  }

  /** Reads what the followers have to know of the events: at most a query each, however many they are. */
  async #contextOf(events: readonly OwnedEvent[]): Promise<EventContext> {
    const isByPlace = this.#followers.values().some(({ isByPlace }) => isByPlace);
    const named = new Set(this.#followers.values().map(({ namesPeopleOf }) => namesPeopleOf));
    const places = await placesOf(
      this.#db,
      isByPlace ? [...new Set(events.map(({ cabinet }) => cabinet))] : [],
    );
    const nameOf = await namesOfEvents(
      this.#db,
      events.filter(({ organization }) => named.has(organization)),
    );
    return { places, nameOf };
  }
}

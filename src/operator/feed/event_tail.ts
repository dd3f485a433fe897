import type { Tables } from "../../db/mod.ts";
import { cabinetTagsOf, eventsBehind, lastCommitted, type OwnedEvent } from "../../db/queries/feed/feed.ts";
import { namesOfEvents } from "../../db/queries/feed/names.ts";
import { FEED } from "../../lib/limits.ts";
import { EventBatch, type EventContext, type EventNeeds } from "./event_batch.ts";

/** Gets events as they are written. */
export interface Follower {
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
  /** The last batches that have events: all that there are behind the number `#recentFrom`. */
  #recent: EventBatch[] = [];
  #recentFrom = 0;
  readonly #users = new Set<EventNeeds>();
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
   * Has it read, with what is needed, until that is disposed of.
   *
   * @throws {Error} if the database does not answer
   */
  async use(user: EventNeeds): Promise<Disposable> {
    this.#users.add(user);
    const run = this.#run ??= { begun: this.#begin() };
    try {
      await run.begun;
    } catch (error) {
      this.#unused(user);
      throw error;
    }
    return { [Symbol.dispose]: () => this.#unused(user) };
  }

  /**
   * All that was read behind that number: who has taken it can follow. `undefined`: that is too far behind, or was read
   * without what is needed.
   */
  recent(after: number, needs: EventNeeds): readonly EventBatch[] | undefined {
    if (after < this.#recentFrom) return undefined;
    const missed = this.#recent.filter(({ position }) => position > after);
    return missed.every((batch) => batch.serves(needs)) ? missed : undefined;
  }

  /** From here on the follower gets each event. It has taken all that there were before. */
  follow(follower: Follower): void {
    this.#followers.add(follower);
  }

  unfollow(follower: Follower): void {
    this.#followers.delete(follower);
  }

  async #begin(): Promise<void> {
    this.#position = this.#recentFrom = await lastCommitted(this.#db);
    this.#recent = [];
    this.#readIn(this.#pollMs);
  }

  #unused(user: EventNeeds): void {
    if (!this.#users.delete(user) || this.#users.size > 0) return;
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
    this.#keep(batch);
    for (const follower of this.#followers) follower.take(batch);
    return read.events.length === FEED.batchMax ? FEED.batchGapMs : this.#pollMs;
  }

  #keep(batch: EventBatch): void {
    if (batch.size > 0) this.#recent.push(batch);
    for (let kept = this.#recent.reduce((sum, { size }) => sum + size, 0); kept > FEED.recentMax;) {
      const oldest = this.#recent.shift();
      kept -= oldest?.size ?? kept;
      this.#recentFrom = oldest?.position ?? this.#position;
    }
  }

  /** Reads what its users have to know of the events: a query for each of both, however many they are. */
  async #contextOf(events: readonly OwnedEvent[]): Promise<EventContext> {
    const needsTags = this.#users.values().some(({ needsTags }) => needsTags);
    const named = new Set(this.#users.values().map(({ namesPeopleOf }) => namesPeopleOf).toArray());
    const serves = (needs: EventNeeds) =>
      (needsTags || !needs.needsTags) &&
      (needs.namesPeopleOf === undefined || named.has(needs.namesPeopleOf));
    const tags = await cabinetTagsOf(
      this.#db,
      needsTags ? [...new Set(events.map(({ cabinet }) => cabinet))] : [],
    );
    const nameOf = await namesOfEvents(
      this.#db,
      events.filter(({ organization }) => named.has(organization)),
    );
    return { serves, tags, nameOf };
  }
}

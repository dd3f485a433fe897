import { FEED } from "../../lib/limits.ts";
import type { Caller } from "../../staff/mod.ts";
import { delay } from "../../lib/concurrency/delay.ts";
import type { EventBatch } from "./event_batch.ts";
import type { EventTail, Follower } from "./event_tail.ts";
import { changedMessage, type EndReason, greeting, heartbeat, noticeMessage } from "./messages.ts";
import { OutgoingBytes } from "./outgoing_bytes.ts";
import type { Wanted } from "./wanted.ts";

/** What a {@linkcode Feed} works with. */
export interface FeedOptions {
  readonly caller: Caller;
  readonly wanted: Wanted;
  /** The number of the event behind which it begins. */
  readonly after: number;
  /** Whether what was missed before is not known any more. */
  readonly isReset: boolean;
  readonly tail: Pick<EventTail, "recent" | "follow" | "unfollow">;
  /** Reads some of the events behind that number which the tail had when they were read. */
  readonly read: (after: number) => Promise<EventBatch>;
  /** Bytes of the answer that its peer's system has not taken yet. */
  readonly untakenBytes: () => number;
  /** Is called once, when the feed is over. */
  readonly ended: () => void;
  /** Is told of errors. */
  readonly failed: (error: unknown) => void;
}

/**
 * One reader of events: first what it missed, a page at a time as fast as it takes them, then each event as it is written. A
 * reader that does not keep up is given the rest from the database again once it goes on.
 */
export class Feed implements Follower {
  readonly caller: Caller;
  readonly wanted: Wanted;
  readonly #options: FeedOptions;
  readonly #outgoing: OutgoingBytes;
  #position: number;
  #isFollowing = false;
  #wasLive = false;
  #hasMissedHints = false;
  #isOver = false;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.caller = options.caller;
    this.wanted = options.wanted;
    this.#position = options.after;
    this.#outgoing = new OutgoingBytes({
      untakenBytes: options.untakenBytes,
      cancelled: () => this.#over(),
    });
    this.#outgoing.add(greeting());
    if (options.isReset) this.#outgoing.add(noticeMessage({ type: "reset" }, this.#position));
  }

  /** Begins to read what it missed. */
  start(): void {
    this.#catchUp();
  }

  /** The body of the answer. */
  get stream(): ReadableStream<Uint8Array> {
    return this.#outgoing.stream;
  }

  get position(): number {
    return this.#position;
  }

  take(batch: EventBatch): void {
    if (this.#isOver) return;
    if (!batch.serves(this.wanted) || !this.#add(batch)) this.#fallBehind();
  }

  /** Tells of one of the cabinets that the feed is about. */
  hint(message: Uint8Array): void {
    if (this.#isOver || this.#hasMissedHints || this.#outgoing.add(message)) return;
    this.#hasMissedHints = true;
    if (this.#isFollowing) this.#fallBehind();
  }

  /** Keeps the connection open, and tells how far the feed has come. */
  beat(): void {
    if (!this.#isOver) this.#outgoing.add(heartbeat(this.#position));
  }

  /** Ends the feed at once, with a last message that says why. */
  end(reason: EndReason): void {
    if (this.#isOver) return;
    this.#outgoing.end(noticeMessage({ type: "end", reason }));
    this.#over();
  }

  #catchUp(): void {
    this.#readOn().catch((error) => {
      this.#options.failed(error);
      this.end("failed");
    });
  }

  /** Reads on until the feed is as far as the others. */
  async #readOn(): Promise<void> {
    const { tail, read } = this.#options;
    while (!this.#isOver) {
      const recent = tail.recent(this.#position, this.wanted);
      if (this.#outgoing.isHalfFull) await delay(FEED.lookMs);
      else if (recent === undefined) {
        this.#add(await read(this.#position));
        // SQLite answers at once: without a pause no socket would be read until all is told.
        await delay(FEED.batchGapMs);
      } else if (recent.every((batch) => this.#add(batch)) && this.#tellLive()) return this.#follow();
    }
  }

  /** Tells what it missed of cabinets, and that it is live. @returns `false`: there was no room for all of it */
  #tellLive(): boolean {
    const changed = this.#hasMissedHints ? this.wanted.cabinets.map(changedMessage) : [];
    if (!changed.every((message) => this.#outgoing.add(message))) return false;
    this.#hasMissedHints = false;
    this.#wasLive ||= this.#outgoing.add(noticeMessage({ type: "live" }, this.#position));
    return this.#wasLive;
  }

  /** From here on it gets what the others get. */
  #follow(): void {
    this.#isFollowing = true;
    this.#options.tail.follow(this);
  }

  #fallBehind(): void {
    this.#isFollowing = false;
    this.#options.tail.unfollow(this);
    this.#catchUp();
  }

  /** Adds what is new of the batch. @returns `false`: there was no room for all of it */
  #add(batch: EventBatch): boolean {
    for (const event of this.wanted.among(batch)) {
      if (event.seq <= this.#position) continue;
      if (!this.#outgoing.add(batch.messageOf(event, this.caller))) return false;
      this.#position = event.seq;
    }
    this.#position = Math.max(this.#position, batch.position);
    return true;
  }

  #over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.tail.unfollow(this);
    this.#options.ended();
  }
}

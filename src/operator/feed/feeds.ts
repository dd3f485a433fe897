import type { CabinetRouter } from "../../cabinet/requests.ts";
import type { Database } from "../../db/mod.ts";
import { cabinetTagsOf, cabinetTagsWithin, isReadable, ownEventsBehind } from "../../db/queries/feed/feed.ts";
import { namesOf } from "../../db/queries/lists/names.ts";
import type { Guard } from "../../http/websocket_guard.ts";
import { KeyedCounts } from "../../lib/concurrency/keyed_counts.ts";
import { Semaphore } from "../../lib/concurrency/semaphore.ts";
import { Slots } from "../../lib/concurrency/slots.ts";
import { withTimeout } from "../../lib/concurrency/timeout.ts";
import { FEED, STAFF } from "../../lib/limits.ts";
import type { Caller, HeldRights } from "../../staff/mod.ts";
import { CabinetHints } from "./cabinet_hints.ts";
import { EventBatch } from "./event_batch.ts";
import { EventTail } from "./event_tail.ts";
import { Feed } from "./feed.ts";
import { type FeedOpener, type FeedRequest, TooManyFeedsError } from "./request.ts";
import { Wanted } from "./wanted.ts";

/** What {@linkcode Feeds} works with. */
export interface FeedsOptions {
  readonly router: Pick<CabinetRouter, "watch">;
  readonly rights: Pick<HeldRights, "lostBy">;
  /** Closes the feeds when the program stops. */
  readonly guard: Pick<Guard, "enter">;
  /** How long the events are kept that are removed first, in milliseconds; `Infinity`: for ever. */
  readonly keptMs: number;
  /** How many connections of HTTP the isolate has room for: feeds take a part of them. */
  readonly connectionsMax: number;
  /** Is told of errors for which no caller waits. */
  readonly failed: (error: unknown) => void;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
  /** How often rights are looked at. @default {STAFF.recheckMs} */
  readonly recheckMs?: number;
}

/** The feeds of an isolate. They share one reader of events, and one look at all their rights. */
export class Feeds implements FeedOpener {
  readonly #db: Database;
  readonly #options: FeedsOptions;
  readonly #tail: EventTail;
  readonly #hints: CabinetHints;
  /** Feeds that read what they missed take turns. */
  readonly #readers = new Semaphore(FEED.readersMax);
  readonly #ofCaller = new KeyedCounts(FEED.perCallerMax);
  readonly #ofOrganization = new KeyedCounts(FEED.perOrganizationMax);
  readonly #ofIsolate: Slots;
  /** The open feeds, and when each is told again how far it has come. */
  readonly #beats = new Map<Feed, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the rights of all were known to be held. */
  #confirmedAt = 0;

  constructor(db: Database, options: FeedsOptions) {
    this.#db = db;
    this.#options = options;
    this.#tail = new EventTail(db.tables, options);
    this.#hints = new CabinetHints(options.router);
    const part = Math.floor(options.connectionsMax * FEED.connectionsPart);
    this.#ofIsolate = new Slots(Math.min(FEED.isolateMax, part));
  }

  async open({ caller, after, untakenBytes, ...filter }: FeedRequest): Promise<Feed> {
    using stack = new DisposableStack();
    for (const slot of this.#enter(caller)) stack.use(slot);
    const wanted = new Wanted(caller, filter);
    stack.use(await this.#tail.use(wanted));
    const begin = await this.#begin(after);
    const held = stack.move();
    const feed: Feed = new Feed({
      ...begin,
      caller,
      wanted,
      tail: this.#tail,
      // How far it reads is looked at once it has its turn: it may have waited for that.
      read: (after) =>
        this.#readers.run(() => this.#read({ caller, wanted }, { after, upTo: this.#tail.position })),
      untakenBytes,
      ended: () => this.#ended(feed, held),
      failed: this.#options.failed,
    });
    held.use(this.#hints.follow(wanted.cabinets, feed));
    const close = () => feed.end("stopping");
    held.use(this.#options.guard.enter({ isBusy: false, retire: () => {}, close }));
    this.#opened(feed);
    feed.start();
    return feed;
  }

  *#enter({ who, organization }: Caller): Generator<Disposable> {
    const { perCallerMax, perOrganizationMax } = FEED;
    yield this.#ofIsolate.enter() ?? tooMany("The service has as many feeds as it can have", true);
    yield this.#ofCaller.enter(who) ?? tooMany(`You have ${perCallerMax} feeds: close one`);
    yield this.#ofOrganization.enter(organization) ??
      tooMany(`The organization has ${perOrganizationMax} feeds: close one`);
  }

  /** Where the feed begins. */
  async #begin(after: FeedRequest["after"]): Promise<{ after: number; isReset: boolean }> {
    if (after === undefined) return { after: this.#tail.position, isReset: false };
    if (after === "start") return { after: Number.MIN_SAFE_INTEGER, isReset: false };
    const { wallClock, keptMs } = this.#options;
    const isKnown = await isReadable(this.#db.tables, { after, keptSince: wallClock() - keptMs });
    return isKnown ? { after, isReset: false } : { after: this.#tail.position, isReset: true };
  }

  /** Reads a page of what the feed tells; all events up to that number are committed. */
  async #read(
    { caller: { organization }, wanted }: Pick<Feed, "caller" | "wanted">,
    range: { readonly after: number; readonly upTo: number },
  ): Promise<EventBatch> {
    // The caller's scope is looked at event by event, as for the events that come later.
    return await this.#db.view({ organization }, async (view) => {
      const { cabinets, needsTags, namesPeopleOf } = wanted;
      const read = await ownEventsBehind(view, { ...range, cabinets, limit: FEED.pageMax });
      const about = needsTags ? [...new Set(read.events.map(({ cabinet }) => cabinet))] : [];
      const tags = await cabinetTagsWithin(view, about);
      const nameOf = await namesOf(view, namesPeopleOf ? read.events.map(({ person }) => person) : []);
      return new EventBatch(read, { serves: () => true, tags, nameOf: ({ person }) => nameOf(person) });
    });
  }

  #opened(feed: Feed): void {
    if (this.#beats.size === 0) {
      this.#confirmedAt = this.#options.now();
      this.#lookSoon();
    }
    this.#beats.set(feed, this.#options.now() + FEED.heartbeatMs);
  }

  #ended(feed: Feed, held: Disposable): void {
    this.#beats.delete(feed);
    held[Symbol.dispose]();
    if (this.#beats.size === 0) clearTimeout(this.#timer);
  }

  #lookSoon(): void {
    const { recheckMs = STAFF.recheckMs } = this.#options;
    this.#timer = setTimeout(async () => {
      this.#beat();
      await this.#recheck();
      clearTimeout(this.#timer);
      if (this.#beats.size > 0) this.#lookSoon();
    }, recheckMs);
  }

  #beat(): void {
    const now = this.#options.now();
    for (const [feed, at] of this.#beats) {
      if (now < at) continue;
      feed.beat();
      this.#beats.set(feed, now + FEED.heartbeatMs);
    }
  }

  /** Ends the feeds whose callers may not go on, and all of them where that cannot be found out for too long. */
  async #recheck(): Promise<void> {
    const { now, failed } = this.#options;
    const askedAt = now();
    try {
      const over = await withTimeout(this.#unheld([...this.#beats.keys()]), { ms: STAFF.recheckWaitMs });
      this.#confirmedAt = askedAt;
      for (const feed of over) feed.end("rights");
    } catch (error) {
      failed(error);
      if (now() - this.#confirmedAt < STAFF.recheckWaitMs) return;
      for (const feed of this.#beats.keys()) feed.end("failed");
    }
  }

  /** Those of the feeds whose callers' rights are not what they were, or that name a cabinet out of reach. */
  async #unheld(feeds: readonly Feed[]): Promise<Feed[]> {
    const lost = await this.#options.rights.lostBy(feeds.map(({ caller }) => caller));
    const named = new Set(feeds.flatMap(({ wanted: { cabinets } }) => cabinets));
    const tags = await cabinetTagsOf(this.#db.tables, [...named]);
    return feeds.filter(({ caller, wanted }) =>
      lost.has(caller) || wanted.cabinets.some((cabinet) => !wanted.reaches(tags.get(cabinet)))
    );
  }
}

function tooMany(message: string, isFull = false): never {
  throw new TooManyFeedsError(message, { isFull });
}

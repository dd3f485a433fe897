/**
 * Who is at a topic: each isolate that is there tells the others one small value. Built on publishing and watching
 * alone, so that it works over every engine. An isolate that is there alone says nothing but that it comes and goes.
 *
 * @module
 */
import { PRESENCE } from "../lib/limits.ts";
import { type Entry, type Present, TopicPresence } from "./place.ts";
import type { Router } from "./router.ts";

/** What presence needs to know. */
export interface PresenceOptions<Event, Value> {
  /** The isolate's own name, never used before. */
  readonly me: string;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
  /** Makes the event that the router carries. */
  readonly wrap: (present: Present<Value>) => Event;
  /** `undefined`: the event is about something else. */
  readonly unwrap: (event: Event) => Present<Value> | undefined;
}

/** The part of a router that presence needs. */
type Publisher<Event> = Pick<Router<never, never, never, Event>, "publish" | "watch">;

/** See the module. */
export class Presence<Event, Value> implements Disposable {
  readonly #router: Publisher<Event>;
  readonly #options: PresenceOptions<Event, Value>;
  readonly #places = new Map<string, TopicPresence<Value>>();
  /** The places that are swept: where something may be due as time goes on. */
  readonly #restless = new Set<TopicPresence<Value>>();
  #sweeping: ReturnType<typeof setInterval> | undefined;

  constructor(router: Publisher<Event>, options: PresenceOptions<Event, Value>) {
    this.#router = router;
    this.#options = options;
  }

  /**
   * Is at the topic from now on. What several parts of one isolate do there is for them to sum up in one value.
   *
   * @param changed called after others have come, changed or gone; maybe before this returns
   * @throws {Error} if this isolate is there already
   */
  enter(topic: string, value: Value, changed: () => void = () => {}): Entry<Value> {
    if (this.#places.has(topic)) throw new Error(`Cannot enter ${topic}: this isolate is there already`);
    const { me, now, wrap } = this.#options;
    const place = new TopicPresence(value, {
      now,
      changed,
      say: (said) => this.#router.publish(topic, wrap({ from: me, ...said })),
      left: () => {
        watch[Symbol.dispose]();
        this.#places.delete(topic);
        this.#rest(place);
      },
    });
    const watch = this.#router.watch(topic, (event) => this.#hear(place, event), () => this.#ask(place));
    this.#places.set(topic, place);
    this.#ask(place);
    return place;
  }

  /** Leaves every topic. */
  [Symbol.dispose](): void {
    for (const place of this.#places.values()) place[Symbol.dispose]();
  }

  #hear(place: TopicPresence<Value>, event: Event): void {
    const present = this.#options.unwrap(event);
    if (!present || present.from === this.#options.me) return;
    place.hear(present);
    if (place.isRestless) this.#sweepLater(place);
  }

  #ask(place: TopicPresence<Value>): void {
    place.ask();
    this.#sweepLater(place);
  }

  #sweepLater(place: TopicPresence<Value>): void {
    this.#restless.add(place);
    this.#sweeping ??= setInterval(() => this.#sweep(), PRESENCE.sweepMs);
  }

  #sweep(): void {
    for (const place of this.#restless) {
      place.sweep();
      if (!place.isRestless) this.#rest(place);
    }
  }

  #rest(place: TopicPresence<Value>): void {
    this.#restless.delete(place);
    if (this.#restless.size > 0) return;
    clearInterval(this.#sweeping);
    this.#sweeping = undefined;
  }
}

import { encode } from "../codec.ts";
import { MissedInGroups } from "../missed.ts";
import type { Broker } from "./broker.ts";
import { type EventMessage, readNews } from "./messages.ts";
import type { Subjects } from "./subjects.ts";
import { Watchers } from "../watchers.ts";

/** What news need. */
export interface NatsEventsOptions {
  readonly program: string;
  readonly broker: Broker;
  readonly subjects: Subjects;
  readonly failed: (error: unknown) => void;
}

/** What is published here and what other programs publish. */
export class NatsEvents<Event> implements Disposable {
  readonly #options: NatsEventsOptions;
  readonly #watchers = new Watchers<Event>();
  readonly #missed = new MissedInGroups(this.#watchers);
  readonly #listenings = new Map<string, Disposable>();
  /** How often something that was published here was lost, or may have been. */
  lost = 0;

  constructor(options: NatsEventsOptions) {
    this.#options = options;
  }

  /** As {@linkcode Uplink.publish} says. */
  publish(address: string, event: Event): void {
    const { program, broker, subjects, failed } = this.#options;
    const news: EventMessage<Event> = { program, event };
    const unsent = broker.send(subjects.news(address), encode(news));
    if (unsent) this.lost++;
    if (unsent === "large") failed(new RangeError(`An event of ${address} is too large for NATS`));
  }

  /** As {@linkcode Uplink.watch} says. */
  watch(address: string, listener: (event: Event) => void, missed?: () => void): Disposable {
    if (!this.#watchers.has(address)) this.#listen(address);
    return this.#watchers.add(address, { listener, missed }, () => {
      this.#listenings.get(address)?.[Symbol.dispose]();
      this.#listenings.delete(address);
    });
  }

  /** Tells everybody who watches that something may have been missed. */
  missed(): void {
    this.#missed.all();
  }

  [Symbol.dispose](): void {
    this.#missed[Symbol.dispose]();
  }

  #listen(address: string): void {
    const { program, broker, subjects } = this.#options;
    const listening = broker.listen(subjects.news(address), ({ bytes }) => {
      const news = readNews<Event>(bytes);
      // Between isolates of one program there is another way.
      if (news.program !== program) this.#watchers.tell(address, news.event);
    });
    this.#listenings.set(address, listening);
  }
}

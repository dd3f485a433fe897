import { encode } from "../codec.ts";
import { MissedNotifier } from "../missed_notifier.ts";
import type { Broker } from "./broker.ts";
import { type EventMessage, readEvent } from "./messages.ts";
import type { Subjects } from "./subjects.ts";
import { Watchers } from "../watchers.ts";

/** What {@linkcode NatsEvents} needs. */
export interface NatsEventsOptions {
  readonly program: string;
  readonly broker: Broker;
  readonly subjects: Subjects;
  readonly failed: (error: unknown) => void;
}

/** Publishes events to other programs, and passes theirs to the watchers of this isolate. */
export class NatsEvents<Event> implements Disposable {
  readonly #options: NatsEventsOptions;
  readonly #watchers = new Watchers<Event>();
  readonly #missed = new MissedNotifier(this.#watchers);
  readonly #listenings = new Map<string, Disposable>();
  /** How often an event that was published here was lost, or may have been. */
  lost = 0;

  constructor(options: NatsEventsOptions) {
    this.#options = options;
  }

  /** As {@linkcode FleetUplink.publish} says. */
  publish(address: string, event: Event): void {
    const { program, broker, subjects, failed } = this.#options;
    const message: EventMessage<Event> = { program, event };
    const failure = broker.send(subjects.events(address), encode(message));
    if (failure) this.lost++;
    if (failure === "too-large") failed(new RangeError(`An event of ${address} is too large for NATS`));
  }

  /** As {@linkcode FleetUplink.watch} says. */
  watch(address: string, listener: (event: Event) => void, missed?: () => void): Disposable {
    if (!this.#watchers.has(address)) this.#listen(address);
    return this.#watchers.add(address, { listener, missed }, () => {
      this.#listenings.get(address)?.[Symbol.dispose]();
      this.#listenings.delete(address);
    });
  }

  /** Tells all watchers that they may have missed events. */
  notifyMissed(): void {
    this.#missed.notifyAll();
  }

  [Symbol.dispose](): void {
    this.#missed[Symbol.dispose]();
  }

  #listen(address: string): void {
    const { program, broker, subjects } = this.#options;
    const listening = broker.listen(subjects.events(address), ({ bytes }) => {
      const message = readEvent<Event>(bytes);
      // Between isolates of one program events go through the mesh.
      if (message.program !== program) this.#watchers.notify(address, message.event);
    });
    this.#listenings.set(address, listening);
  }
}

import type { CabinetTags, EventsRead, OwnedEvent } from "../../db/queries/feed/feed.ts";
import type { Caller } from "../../staff/mod.ts";
import { isAllowed } from "../access.ts";
import { eventMessage } from "./messages.ts";

/** What has to be known of events for a feed. */
export interface EventNeeds {
  /** Whether it asks for the tags of the events' cabinets. */
  readonly needsTags: boolean;
  /** The organization whose people it names; `undefined`: it names nobody. */
  readonly namesPeopleOf: string | undefined;
}

/** What is known of the cabinets and the people of some events. */
export interface EventContext {
  /** Whether that is enough for such a feed. */
  readonly serves: (needs: EventNeeds) => boolean;
  /** Whose cabinets are, and their tags, by their ids. */
  readonly tags: ReadonlyMap<string, CabinetTags>;
  /** The name of the event's person; `null`: the event is about none, or no name is known. */
  readonly nameOf: (event: OwnedEvent) => string | null;
}

/** Events that were read together, for all feeds: what they have in common is made once. */
export class EventBatch {
  readonly #events: readonly OwnedEvent[];
  /** The number up to which all events were looked at. */
  readonly position: number;
  readonly #context: EventContext;
  #byCabinet: Map<string, OwnedEvent[]> | undefined;
  readonly #messages = {
    withPeople: new Map<OwnedEvent, Uint8Array>(),
    without: new Map<OwnedEvent, Uint8Array>(),
  };

  constructor({ events, position }: EventsRead, context: EventContext) {
    this.#events = events;
    this.position = position;
    this.#context = context;
  }

  /** How many events it has. */
  get size(): number {
    return this.#events.length;
  }

  get tags(): EventContext["tags"] {
    return this.#context.tags;
  }

  /** Whether it was read with all that such a feed needs. */
  serves(needs: EventNeeds): boolean {
    return this.#context.serves(needs);
  }

  /** The events about these cabinets, or all where none is named, in their order. */
  about(cabinets: readonly string[]): readonly OwnedEvent[] {
    const [one, ...others] = cabinets;
    if (one === undefined) return this.#events;
    const byCabinet = this.#byCabinet ??= Map.groupBy(this.#events, ({ cabinet }) => cabinet);
    if (others.length === 0) return byCabinet.get(one) ?? [];
    return cabinets.flatMap((cabinet) => byCabinet.get(cabinet) ?? []).sort((a, b) => a.seq - b.seq);
  }

  /** The message of the event, as the caller may see it. */
  messageOf(event: OwnedEvent, caller: Caller): Uint8Array {
    const made = this.#messages[isAllowed(caller, "attend") ? "withPeople" : "without"];
    const message = made.get(event) ?? eventMessage({ event, name: this.#context.nameOf(event) }, caller);
    made.set(event, message);
    return message;
  }
}

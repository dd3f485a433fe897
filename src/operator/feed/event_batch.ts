import type { CabinetPlace, EventsRead, OwnedEvent } from "../../db/queries/feed/feed.ts";
import type { Caller } from "../../staff/mod.ts";
import { isAllowed } from "../access.ts";
import { eventMessage } from "./messages.ts";

/** What is known of the cabinets and the people of some events, as far as a feed asks for it. */
export interface EventContext {
  /** Where cabinets are, by their ids. */
  readonly places: ReadonlyMap<string, CabinetPlace>;
  /** The name of the event's person; `null`: the event is about none, or no name is known. */
  readonly nameOf: (event: OwnedEvent) => string | null;
}

/** Events that were read together, for all feeds: what they have in common is made once. */
export class EventBatch {
  readonly #events: readonly OwnedEvent[];
  /** The number up to which all events were looked at. */
  readonly position: number;
  readonly places: EventContext["places"];
  readonly #nameOf: EventContext["nameOf"];
  #byCabinet: Map<string, OwnedEvent[]> | undefined;
  readonly #messages = {
    withPeople: new Map<OwnedEvent, Uint8Array>(),
    without: new Map<OwnedEvent, Uint8Array>(),
  };

  constructor({ events, position }: EventsRead, { places, nameOf }: EventContext) {
    this.#events = events;
    this.position = position;
    this.places = places;
    this.#nameOf = nameOf;
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
    const message = made.get(event) ?? eventMessage({ event, name: this.#nameOf(event) }, caller);
    made.set(event, message);
    return message;
  }
}

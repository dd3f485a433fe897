import type { CabinetPlace, EventsRead, OwnedEvent } from "../../db/queries/feed/feed.ts";
import type { Caller } from "../../staff/mod.ts";
import { isAllowed } from "../access.ts";
import { eventMessage } from "./messages.ts";

/** Where cabinets are, by their ids. */
export type Places = ReadonlyMap<string, CabinetPlace>;

/** Events that were read together, for all feeds: what they have in common is made once. */
export class EventBatch {
  readonly #events: readonly OwnedEvent[];
  /** The number up to which all events were looked at. */
  readonly position: number;
  /** Of the cabinets of the events, where a feed asks for it. */
  readonly places: Places;
  #byCabinet: Map<string, OwnedEvent[]> | undefined;
  readonly #messages = {
    withPeople: new Map<OwnedEvent, Uint8Array>(),
    without: new Map<OwnedEvent, Uint8Array>(),
  };

  constructor({ events, position }: EventsRead, places: Places) {
    this.#events = events;
    this.position = position;
    this.places = places;
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
    const message = made.get(event) ?? eventMessage(event, caller);
    made.set(event, message);
    return message;
  }
}

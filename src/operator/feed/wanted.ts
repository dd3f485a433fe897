import type { CabinetPlace, OwnedEvent } from "../../db/queries/feed/feed.ts";
import type { Caller } from "../../staff/mod.ts";
import type { EventBatch } from "./event_batch.ts";
import type { FeedFilter } from "./request.ts";

/** What a feed tells: of the caller's organization, what is within the caller's scope and is asked for. */
export class Wanted {
  readonly #organization: string;
  readonly cabinets: readonly string[];
  /** A cabinet must have a tag of each list. */
  readonly #tags: readonly (readonly string[])[];

  constructor({ organization, tags: scope }: Pick<Caller, "organization" | "tags">, filter: FeedFilter) {
    this.#organization = organization;
    this.cabinets = [...new Set(filter.cabinets)];
    this.#tags = [...scope ? [scope] : [], ...filter.tags.length > 0 ? [filter.tags] : []];
  }

  /** Whether it depends on the tags of cabinets. */
  get isByPlace(): boolean {
    return this.#tags.length > 0;
  }

  /** The events of the batch that are told. */
  among(batch: EventBatch): OwnedEvent[] {
    return batch.about(this.cabinets).filter(({ organization, cabinet }) =>
      organization === this.#organization && (!this.isByPlace || this.reaches(batch.places.get(cabinet)))
    );
  }

  /** Whether a cabinet is within reach that is there; `undefined`: it was removed. */
  reaches(place: CabinetPlace | undefined): boolean {
    if (place?.organization !== this.#organization) return false;
    return this.#tags.every((tags) => tags.some((tag) => place.tags.has(tag)));
  }
}

import type { CabinetTags, OwnedEvent } from "../../db/queries/feed/feed.ts";
import type { Caller } from "../../staff/mod.ts";
import { isAllowed } from "../access.ts";
import type { EventBatch, EventNeeds } from "./event_batch.ts";
import type { FeedFilter } from "./request.ts";

/** What a feed tells: of the caller's organization, what is within the caller's scope and is asked for. */
export class Wanted implements EventNeeds {
  readonly #organization: string;
  readonly namesPeopleOf: string | undefined;
  readonly cabinets: readonly string[];
  /** A cabinet must have a tag of each list. */
  readonly #tags: readonly (readonly string[])[];

  constructor(caller: Caller, filter: FeedFilter) {
    const { organization, tags: scope } = caller;
    this.#organization = organization;
    this.namesPeopleOf = isAllowed(caller, "attend") ? organization : undefined;
    this.cabinets = [...new Set(filter.cabinets)];
    this.#tags = [...scope ? [scope] : [], ...filter.anyTag.length > 0 ? [filter.anyTag] : []];
  }

  /** Whether it depends on the tags of cabinets. */
  get needsTags(): boolean {
    return this.#tags.length > 0;
  }

  /** The events of the batch that are told. */
  among(batch: EventBatch): OwnedEvent[] {
    return batch.about(this.cabinets).filter(({ organization, cabinet }) =>
      organization === this.#organization && (!this.needsTags || this.reaches(batch.tags.get(cabinet)))
    );
  }

  /** Whether a cabinet is within reach that is there; `undefined`: it was removed. */
  reaches(cabinet: CabinetTags | undefined): boolean {
    if (cabinet?.organization !== this.#organization) return false;
    return this.#tags.every((tags) => tags.some((tag) => cabinet.tags.has(tag)));
  }
}

import type { Cabinet, Person } from "../locker/mod.ts";

/** Who looks at which cabinet; put together before anything of it is shown. */
export interface Visit {
  readonly person: Person;
  readonly cabinet: Cabinet;
  /** Where from. */
  readonly address: string;
}

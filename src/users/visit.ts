import type { Cabinet, Person } from "../locker/mod.ts";

/** A person at a cabinet, known before anything of it is shown. */
export interface Visit {
  readonly person: Person;
  readonly cabinet: Cabinet;
  /** Where from. */
  readonly address: string;
}

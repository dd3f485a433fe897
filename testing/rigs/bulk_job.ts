/**
 * For tests: a bulk job as it is when it was started.
 *
 * @module
 */
import type { BulkJobTable } from "../../src/db/mod.ts";

/** A job of one target that disables it, by the service's own token for the first organization, and what the test wants of it. */
export function newJob(but: Partial<BulkJobTable> = {}): BulkJobTable {
  return {
    ...{ id: crypto.randomUUID(), organization: "main", who: "operator", role: null, tags: null },
    ...{ reason: null, address: "10.1.2.3", act: "disable", request: JSON.stringify({ act: "disable" }) },
    ...{ total: 1, state: "running", problem: null, next: 0, done: 0, unchanged: 0, refused: 0 },
    ...{ lease: null, leased_until: 0, created_at: 0, finished_at: null },
    ...but,
  };
}

/**
 * What examples have in common.
 *
 * @module
 */

/** Times of one afternoon, RFC 3339 in UTC. */
export const T = {
  before: "2026-03-01T02:00:00.000Z",
  begun: "2026-05-04T07:30:00.000Z",
  moved: "2026-05-04T07:30:01.200Z",
  until: "2026-05-04T15:30:00.000Z",
} as const;

/** Ids of what the examples are about. */
export const ID = {
  command: "0d2f5a54-3f6b-4c0e-9d4f-6a1c2b7e8f01",
  rental: "1c7e0b12-8a45-4d3a-b6f2-0f9e8d7c6b02",
  person: "2b9d4c33-1e57-4f8b-8a21-3c4d5e6f7a03",
  account: "3a8c5d44-2f68-4a9c-9b32-4d5e6f7a8b04",
  other: "4d7b6e55-3a79-4bad-8c43-5e6f7a8b9c05",
} as const;

/** What a problem has beside its code and detail. */
export function problem(status: number, title: string): { type: string; title: string; status: number } {
  return { type: "about:blank", title, status };
}

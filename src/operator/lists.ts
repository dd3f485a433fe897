import type { Cursor, Page } from "../db/statements/page.ts";
import { Problem } from "./problem.ts";

/**
 * The page that a query asks for: `next` is the `before` of the next page.
 *
 * @throws {Problem} if `before` is not such a `next`
 */
export async function listed<Query extends { before?: string | undefined }, Row, Answer>(
  { before, ...filter }: Query,
  read: (filter: Omit<Query, "before"> & { before: Cursor | undefined }) => Promise<Page<Row>>,
  answer: (row: Row) => Answer,
): Promise<{ items: Answer[]; next: string | null }> {
  const { items, next } = await read({ ...filter, before: cursorOf(before) });
  return { items: items.map(answer), next: next ? `${next.at}_${next.id}` : null };
}

/**
 * Where the page begins that a list's `next` stands for. The hex digits of an id may be of either case.
 *
 * @throws {Problem} if no list answered with that
 */
export function cursorOf(next: string | undefined): Cursor | undefined {
  if (next === undefined) return undefined;
  const [, at, id] = /^(\d{1,15})_([0-9A-Fa-f-]{36})$/.exec(next) ?? [];
  if (!at || !id) throw new Problem(400, "before, after: not a cursor that a list answered with");
  return { at: Number(at), id };
}

/**
 * Where events are read on from: a number that such a list answered with as its `next`, the `next` of any other list of
 * events, or `start`.
 *
 * @throws {Problem} if it is none of them
 */
export function placeOf(after: string): Cursor | number | undefined {
  if (after === "start") return undefined;
  return /^-?\d{1,15}$/.test(after) ? Number(after) : cursorOf(after);
}

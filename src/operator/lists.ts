import { createHash } from "node:crypto";
import type { Cursor, ListPosition, Page } from "../db/statements/page.ts";
import { Problem } from "./problem.ts";

/** A page of a list, as it is answered; see `page()` of `route.ts`. */
export interface ListAnswer<Answer> {
  readonly items: Answer[];
  readonly next: string | null;
  readonly total: number | null;
  readonly estimate: number | null;
}

/** What a cursor is bound to: it goes on in this list with this filter and this order, and in no other. */
export interface ListBinding {
  /** The list's name. */
  readonly list: string;
  /** What narrows the list down, and what it is sorted by; how long a page is does not belong to it. */
  readonly filter: object;
}

/**
 * The page that a query asks for of a list that is ordered by time: `next` is the `before` of the next page.
 *
 * @throws {Problem} if `before` is not a `next` of this list with this filter
 */
export async function listed<Query extends { before?: string | undefined }, Row, Answer>(
  { before, ...filter }: Query,
  { list, read, answer }: {
    /** The list's name. */
    readonly list: string;
    readonly read: (filter: Omit<Query, "before"> & { before: Cursor | undefined }) => Promise<Page<Row>>;
    readonly answer: (row: Row) => Answer;
  },
): Promise<ListAnswer<Answer>> {
  const binding = { list, filter };
  const { items, next, count } = await read({ ...filter, before: timeOf(before, binding) });
  return answered(items.map(answer), { next: next && cursorText(binding, [next.at, next.id]), count });
}

/** A page of which this is known. */
export function answered<Answer>(
  items: Answer[],
  { next, count }: { next: string | undefined } & Pick<Page<unknown>, "count">,
): ListAnswer<Answer> {
  const { rows = null, isAll = false } = count ?? {};
  return { items, next: next ?? null, total: isAll ? rows : null, estimate: isAll ? null : rows };
}

/** A list that is one page. */
export function wholeList<Answer>(items: Answer[]): ListAnswer<Answer> {
  return answered(items, { next: undefined, count: { rows: items.length, isAll: true } });
}

/** The cursor that stands for a position of this list. */
export function cursorText({ list, filter }: ListBinding, position: ListPosition): string {
  const json = new TextEncoder().encode(JSON.stringify([list, markOf(filter), ...position]));
  return `~${json.toBase64({ alphabet: "base64url", omitPadding: true })}`;
}

/**
 * The position that a cursor of this list stands for.
 *
 * @throws {Problem} if no list answered with that, or another one, or this one with another filter
 */
export function positionIn({ list, filter }: ListBinding, cursor: string): ListPosition {
  const [of, mark, ...position] = partsOf(cursor);
  if (of !== list) throw ofAnotherList();
  if (mark !== markOf(filter)) {
    throw new Problem(
      422,
      "before, after: a cursor of another filter or sort; send those that it came with, or begin without it",
    );
  }
  return position;
}

/**
 * Where events are read on from: a number that such a list answered with as its `next`, the `next` of any other list of
 * events, or `start`.
 *
 * @throws {Problem} if it is none of them
 */
export function eventCursorOf(after: string): Cursor | number | undefined {
  if (after === "start") return undefined;
  if (/^-?\d{1,15}$/.test(after)) return Number(after);
  const before = ofVersionBefore(after);
  if (before) return before;
  const [of, _mark, ...position] = partsOf(after);
  if (of !== "events") throw ofAnotherList();
  return timeIn(position);
}

function timeOf(before: string | undefined, binding: ListBinding): Cursor | undefined {
  if (before === undefined) return undefined;
  return ofVersionBefore(before) ?? timeIn(positionIn(binding, before));
}

/** What the version before answered with goes on, whatever the filter. The hex digits of an id may be of either case. */
function ofVersionBefore(cursor: string): Cursor | undefined {
  const [, at, id] = /^(\d{1,15})_([0-9A-Fa-f-]{36})$/.exec(cursor) ?? [];
  return at && id ? { at: Number(at), id } : undefined;
}

function timeIn([at, id, ...rest]: ListPosition): Cursor {
  const isTime = typeof at === "number" && typeof id === "string" && /^[0-9A-Fa-f-]{36}$/.test(id);
  if (!isTime || rest.length > 0) throw noCursor();
  return { at, id };
}

/** The list, the mark of the filter, and the position. */
function partsOf(cursor: string): ListPosition {
  if (!cursor.startsWith("~")) throw noCursor();
  try {
    const json = Uint8Array.fromBase64(cursor.slice(1), { alphabet: "base64url" });
    const parts: unknown = JSON.parse(new TextDecoder().decode(json));
    if (Array.isArray(parts) && parts.every(isPart)) return parts;
  } catch { /* It is not JSON. */ }
  throw noCursor();
}

/** Postgres takes no NUL. */
function isPart(value: unknown): value is number | string {
  return Number.isSafeInteger(value) || typeof value === "string" && !value.includes("\0");
}

function ofAnotherList(): Problem {
  return new Problem(422, "before, after: a cursor of another list");
}

/** @returns the problem that no list answered with that */
export function noCursor(): Problem {
  return new Problem(400, "before, after: not a cursor that a list answered with");
}

/** So much of a hash as tells filters apart: a wrong one that is taken shows nothing that its caller may not see. */
function markOf(filter: object): string {
  const said = Object.entries(filter).filter(([name, value]) => name !== "limit" && value !== undefined);
  const json = JSON.stringify(said.toSorted(([a], [b]) => a < b ? -1 : 1));
  return createHash("sha256").update(json).digest("base64url").slice(0, 8);
}

import { deepEqual, equal, match, throws } from "node:assert/strict";
import { answered, cursorText, eventCursorOf, listed, positionIn, wholeList } from "./lists.ts";
import { Problem } from "./problem.ts";

const ID = "5f0f7f6e-0000-4000-8000-00000000000f";
const AT = 1_767_225_600_000;

/** Reads a list of one row, and gives the cursor where it was asked to begin. */
async function cursorAsked(query: { before?: string; limit?: number; state?: string }, list = "rentals") {
  const asked: unknown[] = [];
  const answer = await listed(query, {
    list,
    read: ({ before }) => {
      asked.push(before);
      return Promise.resolve({ items: [1], next: { at: AT, id: ID } });
    },
    answer: (row) => row * 2,
  });
  deepEqual(answer.items, [2]);
  return { begin: asked[0], next: answer.next ?? "" };
}

/** The problem that comes of it. */
async function problemOf(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Problem) return `${error.status} ${error.message}`;
    throw error;
  }
  return "none";
}

Deno.test("listed() goes on where a page of the same filter ended, however long the pages are", async () => {
  const { begin, next } = await cursorAsked({ state: "held", limit: 1 });
  equal(begin, undefined);
  deepEqual((await cursorAsked({ before: next, limit: 7, state: "held" })).begin, { at: AT, id: ID });
});

Deno.test("listed() refuses a cursor of another filter, and one of another list", async () => {
  const { next: before } = await cursorAsked({ state: "held" });
  match(await problemOf(() => cursorAsked({ before })), /^422 .*another filter or sort/);
  match(await problemOf(() => cursorAsked({ before, state: "ended" })), /^422 .*another filter/);
  match(await problemOf(() => cursorAsked({ before, state: "held" }, "events")), /^422 .*another list/);
});

Deno.test("listed() goes on from what the version before answered with, in whatever case ids are written", async () => {
  for (const id of [ID, ID.toUpperCase()]) {
    deepEqual((await cursorAsked({ before: `${AT}_${id}`, state: "held" })).begin, { at: AT, id });
  }
});

Deno.test("listed() refuses what no list answered with", async () => {
  const binding = { list: "rentals", filter: {} };
  const forged = [[], [1], [ID, 1], [1.5, ID], [AT, "5f0f7f6e"], [AT, ID, 1], [AT, `${ID.slice(1)}\0`]];
  const wrong = ["", "x", "~", "~x", "~e30", "1_", `_${ID}`, "1_5f0f7f6e", "1_\0"];
  for (const before of [...wrong, ...forged.map((position) => cursorText(binding, position))]) {
    match(await problemOf(() => cursorAsked({ before })), /^400 .*not a cursor/, before);
  }
});

Deno.test("positionIn() gives back names as they were", () => {
  const binding = { list: "cabinets", filter: { sort: "name", tag: ["a", "b"] } };
  const position = ['前台 "A" 🚪', "cab.1"];
  deepEqual(positionIn(binding, cursorText(binding, position)), position);
  throws(() => positionIn({ ...binding, filter: { sort: "-name" } }, cursorText(binding, position)), Problem);
});

Deno.test("eventCursorOf() takes a number, a cursor of events whatever their filter, and `start`", async () => {
  const cursor = (list: string) => cursorText({ list, filter: { kind: "stored" } }, [AT, ID]);
  deepEqual(eventCursorOf(cursor("events")), { at: AT, id: ID });
  deepEqual(eventCursorOf(`${AT}_${ID}`), { at: AT, id: ID });
  deepEqual([eventCursorOf("-7"), eventCursorOf("start")], [-7, undefined]);
  match(await problemOf(() => eventCursorOf(cursor("rentals"))), /^422 .*another list/);
  match(await problemOf(() => eventCursorOf("x")), /^400 /);
});

Deno.test("answered() tells a total that is known, and otherwise the least that it may be", () => {
  const of = (count?: { rows: number; isAll: boolean }) => {
    const { total, estimate } = answered([], { next: undefined, count });
    return [total, estimate];
  };
  deepEqual([of(), of({ rows: 0, isAll: true }), of({ rows: 9, isAll: false })], [[null, null], [0, null], [
    null,
    9,
  ]]);
  deepEqual(wholeList([1, 2]), { items: [1, 2], next: null, total: 2, estimate: null });
});

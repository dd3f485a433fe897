import { deepEqual, equal, ok } from "node:assert/strict";
import type { DueNotice } from "../../db/queries/notices.ts";
import { NOTICE } from "../../lib/limits.ts";
import { afterTry, reasonToDrop } from "./notice_tries.ts";

const pure = { permissions: "none" } as const;

const FRESH: DueNotice = {
  id: "n",
  kind: "overdue",
  person: "p",
  cabinet: "cab",
  cell: 1,
  rental: "r",
  code: null,
  at: 0,
  state: "waiting",
  tries: 0,
  next_at: 0,
  unsure_since: null,
  finished_at: null,
  problem: null,
  openid: "o",
  cabinet_name: "Lobby",
  rental_state: "held",
  rental_until: 0,
};

Deno.test("reasonToDrop() says until when a notice is worth sending", pure, () => {
  equal(reasonToDrop(FRESH, NOTICE.worthMs - 1), undefined);
  equal(reasonToDrop(FRESH, NOTICE.worthMs), "late");
  equal(reasonToDrop({ ...FRESH, problem: "system busy" }, NOTICE.worthMs), "late: system busy");
});

Deno.test(
  "reasonToDrop() keeps a notice that may have arrived for as long as doubles are known",
  pure,
  () => {
    const unsure = { ...FRESH, at: 0, unsure_since: 1_000 };
    equal(reasonToDrop(unsure, 1_000 + NOTICE.unsureMs - 1), undefined);
    equal(reasonToDrop(unsure, 1_000 + NOTICE.unsureMs), "unsure");
    ok(NOTICE.unsureMs + NOTICE.sendMs < 10 * 60_000, "WeChat knows doubles for ten minutes");
  },
);

Deno.test("reasonToDrop() says that the person is gone, or the thing is", pure, () => {
  equal(reasonToDrop({ ...FRESH, openid: null }, 0), "no-identity");
  equal(reasonToDrop({ ...FRESH, rental_state: "ended" }, 0), "over");
  equal(reasonToDrop({ ...FRESH, rental_state: null }, 0), "over");
  equal(reasonToDrop({ ...FRESH, kind: "picked-up", rental_state: "ended" }, 0), undefined);
});

Deno.test("afterTry() ends a notice that was sent, or never will be", pure, () => {
  const options = { began: 5, now: 7, random: 0 };
  deepEqual(afterTry({ ...FRESH, unsure_since: 1, problem: "busy" }, { type: "sent" }, options), {
    state: "sent",
    finished_at: 7,
    unsure_since: null,
    problem: null,
  });
  deepEqual(afterTry(FRESH, { type: "final", problem: "not following" }, options), {
    state: "dropped",
    finished_at: 7,
    problem: "not following",
  });
});

Deno.test("afterTry() tries again later and later, by chance", pure, () => {
  const pauses = (random: number) =>
    [0, 1, 2, 30].map((tries) => {
      const change = afterTry({ ...FRESH, tries }, { type: "later", problem: "" }, {
        began: 0,
        now: 100,
        random,
      });
      return change.next_at as number - 100;
    });
  const { retryMs, retryMaxMs } = NOTICE;
  deepEqual(pauses(1), [retryMs, 2 * retryMs, 4 * retryMs, retryMaxMs]);
  deepEqual(pauses(0), pauses(1).map((ms) => ms / 2));
});

Deno.test("afterTry() knows since when a notice may have arrived", pure, () => {
  const since = (before: number | null, type: "later" | "unsure") =>
    afterTry({ ...FRESH, unsure_since: before }, { type, problem: "" }, { began: 5, now: 7, random: 0 })
      .unsure_since;
  equal(since(null, "later"), null);
  equal(since(null, "unsure"), 5);
  equal(since(1, "unsure"), 1, "the first one counts");
  equal(since(1, "later"), 1, "an earlier one still may have");
});

Deno.test("afterTry() keeps a long problem's beginning", pure, () => {
  const problem = "x".repeat(10_000);
  const change = afterTry(FRESH, { type: "final", problem }, { began: 0, now: 0, random: 0 });
  equal(change.problem?.length, NOTICE.problemCharsMax);
});

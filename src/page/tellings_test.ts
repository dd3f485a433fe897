import assert from "node:assert/strict";
import type { Reason } from "../locker/types.ts";
import { liveState } from "./_fakes.ts";
import type { News, PageState } from "./state.ts";
import { end, type EndedTap, type Outcome, type TapKey } from "./taps.ts";
import { connectionTelling, newsTelling, tapTelling } from "./tellings.ts";
import { texts } from "./texts.ts";
import type { Wish } from "./wishes.ts";

const permissions = "none";
const { zh, en } = texts;
const wishes: readonly Wish[] = [
  { type: "open", cell: 7 },
  { type: "store" },
  { type: "reopen", rental: "r" },
  { type: "retrieve", rental: "r" },
  { type: "pickup", code: "12345678" },
];

function key(wish: Wish, cell?: number): TapKey {
  return { id: "t", wish, cell, atMs: 0 };
}

function ended(wish: Wish, outcome: Outcome, cell?: number): EndedTap {
  return end({ ...key(wish, cell), step: "sent", asks: 1 }, { outcome, nowMs: 0 });
}

function outcome(state: "failed" | "unconfirmed" | "refused" | "opened", reason?: Reason): Outcome {
  return { by: "server", state, reason };
}

Deno.test({
  name: "tapTelling() takes the reason's words before the state's",
  permissions,
  fn() {
    const said = (reason?: Reason) =>
      tapTelling(ended({ type: "open", cell: 7 }, outcome("unconfirmed", reason), 7), zh.told).title;
    assert.equal(said("not-seen"), "没有看到 7 号柜门打开");
    assert.equal(said(), "7 号柜门开了吗？");
  },
});

Deno.test({
  name: "tapTelling() never lets somebody store twice or type a code twice for one door",
  permissions,
  fn() {
    const next = (wish: Wish, how: Outcome, cell?: number) =>
      tapTelling(ended(wish, how, cell), en.told).next;
    const noReply = outcome("unconfirmed", "no-reply");
    assert.match(next({ type: "store" }, noReply, 7), /tap “Open”/);
    assert.match(next({ type: "store" }, { by: "silence" }, 7), /tap “Open”/);
    assert.match(next({ type: "store" }, outcome("failed", "did-not-open"), 7), /Tap again for another one/);
    assert.match(next({ type: "store" }, outcome("refused", "busy")), /then tap again/);
    const pickup = { type: "pickup", code: "12345678" } as const;
    assert.match(next(pickup, outcome("failed", "did-not-open"), 7), /the code is not needed again/);
    assert.match(next(pickup, outcome("refused", "stopping")), /then tap again/);
    assert.match(next({ type: "retrieve", rental: "r" }, noReply, 7), /if it is shut, tap again/);
  },
});

Deno.test({
  name: "tapTelling() says that the door did not open and which one is next",
  permissions,
  fn() {
    const moved = { ...key({ type: "store" }, 5), step: "requested", asks: 1, insteadOf: 3 } as const;
    assert.equal(tapTelling(moved, zh.told).title, "3 号柜门没打开，换成 5 号");
  },
});

Deno.test({
  name: "tapTelling() has whole words for every wish and outcome, with the cell and without",
  permissions,
  fn() {
    const reasons = Object.keys(zh.told.reasons) as Reason[];
    const how: readonly Outcome[] = [
      { by: "silence" },
      ...(["failed", "unconfirmed", "refused", "opened"] as const).map((state) => outcome(state)),
      ...reasons.map((reason) => outcome("refused", reason)),
      ...(Object.keys(zh.told.errors) as (keyof typeof zh.told.errors)[]).map((
        code,
      ) => ({ by: "error", code } as const)),
    ];
    const share = { type: "share", rental: "r" } as const;
    for (const wish of [...wishes, share]) {
      for (
        const [one, cell] of [zh, en].flatMap((one) => [7, undefined].map((cell) => [one, cell] as const))
      ) {
        for (const step of ["pending", "requested", "sent"] as const) {
          const { title, next } = tapTelling({ ...key(wish, cell), step, asks: 1 }, one.told);
          assert.doesNotMatch(title + next, /[{}]|undefined/);
        }
        for (const each of how) {
          const { title, next } = tapTelling(ended(wish, each, cell), one.told);
          assert.doesNotMatch(title + next, /[{}]|undefined/);
        }
      }
    }
  },
});

Deno.test({
  name: "newsTelling() says how many digits a code lacks, and what an errand came to",
  permissions,
  fn() {
    const say = (news: News) => newsTelling(news, { mode: "storage", texts: en });
    assert.equal(say({ kind: "no-code", digits: 7 }).next, "This one has 7. Please check it.");
    assert.equal(say({ kind: "no-code", digits: undefined }).tone, "careful");
    assert.equal(say({ kind: "errand", errand: "copied" }).tone, "good");
    assert.equal(say({ kind: "over", reason: undefined, cell: 3 }).title, "Cell 3 is yours no more");
  },
});

Deno.test({
  name: "connectionTelling() puts the page's own connection before the cabinet's",
  permissions,
  fn() {
    const offline = liveState({ online: false });
    assert.equal(connectionTelling(offline, en).title, "The cabinet is offline");
    const lost: PageState = { ...offline, connection: "reconnecting" };
    assert.equal(connectionTelling(lost, en).shape, "spinner");
  },
});

import assert from "node:assert/strict";
import type { ErrorCode } from "../../protocol/messages.ts";
import { liveState } from "../../../testing/rigs/page.ts";
import type { PageNews, PageState } from "../state/state.ts";
import { type EndedTap, endTap, type TapKey, type TapOutcome } from "../state/taps.ts";
import { connectionMessage, newsMessage, tapMessage } from "./styled_messages.ts";
import { texts } from "./languages.ts";
import type { TapRequest } from "../state/tap_requests.ts";
import type { Reason, RentalEnd } from "../../cabinet/kinds.ts";

const permissions = "none";
const { zh, en } = texts;
const requests: readonly TapRequest[] = [
  { type: "open", cell: 7 },
  { type: "store" },
  { type: "reopen", rental: "r" },
  { type: "retrieve", rental: "r" },
  { type: "pickup", code: "12345678" },
];

function key(request: TapRequest, cell?: number): TapKey {
  return { id: "t", request, cell, atMs: 0 };
}

function ended(request: TapRequest, outcome: TapOutcome, cell?: number): EndedTap {
  return endTap({ ...key(request, cell), step: "sent", attempts: 1 }, { outcome, nowMs: 0 });
}

function outcome(state: "failed" | "unconfirmed" | "refused" | "opened", reason?: Reason): TapOutcome {
  return { by: "server", state, reason };
}

Deno.test({
  name: "tapMessage() has the reason's text rather than the state's",
  permissions,
  fn() {
    const titleFor = (reason?: Reason) =>
      tapMessage(ended({ type: "open", cell: 7 }, outcome("unconfirmed", reason), 7), zh.messages).title;
    assert.equal(titleFor("not-seen"), "没有看到 7 号柜门打开");
    assert.equal(titleFor(), "7 号柜门开了吗？");
  },
});

Deno.test({
  name: "tapMessage() never tells a person to store twice or to type a code twice for one door",
  permissions,
  fn() {
    const next = (request: TapRequest, how: TapOutcome, cell?: number) =>
      tapMessage(ended(request, how, cell), en.messages).next;
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
  name: "tapMessage() says that the door did not open and which one is next",
  permissions,
  fn() {
    const moved = { ...key({ type: "store" }, 5), step: "requested", attempts: 1, insteadOf: 3 } as const;
    assert.equal(tapMessage(moved, zh.messages).title, "3 号柜门没打开，换成 5 号");
  },
});

Deno.test({
  name: "tapMessage() has complete texts for every request and outcome, with the cell and without",
  permissions,
  fn() {
    const reasons = Object.keys(zh.messages.reasons) as Reason[];
    const codes = [...Object.keys(zh.messages.errors), "over", "limit", "blocked"] as ErrorCode[];
    const always: readonly TapOutcome[] = [
      { by: "silence" },
      ...codes.map((code) => ({ by: "error", code } as const)),
    ];
    const ofDoors: readonly TapOutcome[] = [
      ...(["failed", "unconfirmed", "refused", "opened"] as const).map((state) => outcome(state)),
      ...reasons.map((reason) => outcome("refused", reason)),
    ];
    const others: readonly TapRequest[] = [
      { type: "share", rental: "r" },
      { type: "keep", rental: "r" },
      { type: "claim", number: "12345674", secret: "12345678" },
    ];
    for (const request of [...requests, ...others]) {
      for (
        const [one, cell] of [zh, en].flatMap((one) => [7, undefined].map((cell) => [one, cell] as const))
      ) {
        for (const step of ["pending", "requested", "sent"] as const) {
          const { title, next } = tapMessage({ ...key(request, cell), step, attempts: 1 }, one.messages);
          assert.doesNotMatch(title + next, /[{}]|undefined/);
        }
        for (const each of others.includes(request) ? always : [...always, ...ofDoors]) {
          const { title, next } = tapMessage(ended(request, each, cell), one.messages);
          assert.doesNotMatch(title + next, /[{}]|undefined/);
        }
      }
    }
  },
});

Deno.test({
  name: "newsMessage() says how many digits a code has, and the result of an action",
  permissions,
  fn() {
    const text = (news: PageNews) => newsMessage(news, { mode: "storage", texts: en });
    assert.equal(text({ kind: "no-code", digits: 7 }).next, "This one has 7. Please check it.");
    assert.equal(text({ kind: "no-code", digits: undefined }).tone, "careful");
    assert.equal(text({ kind: "result", result: "copied" }).tone, "good");
    assert.equal(text({ kind: "over", reason: undefined, cell: 3 }).title, "Cell 3 is yours no more");
  },
});

Deno.test({
  name: "newsMessage() does not call a success what another person did",
  permissions,
  fn() {
    const tone = (reason: RentalEnd | undefined) =>
      newsMessage({ kind: "over", reason, cell: 3 }, { mode: "storage", texts: zh }).tone;
    const tones = (["retrieved", "picked-up", "operator", "moved", undefined] as const).map(tone);
    assert.deepEqual(tones, ["good", "good", "careful", "careful", "calm"]);
  },
});

Deno.test({
  name: "newsMessage() tells a person who came with a code what they did",
  permissions,
  fn() {
    const title = (reason: RentalEnd) =>
      newsMessage({ kind: "over", reason, cell: 3, picked: true }, { mode: "storage", texts: zh }).title;
    assert.deepEqual((["picked-up", "retrieved", "operator"] as const).map(title), [
      "3 号柜已取完",
      "3 号柜已取完",
      "管理员结束了 3 号柜的存放",
    ]);
  },
});

Deno.test({
  name: "tapMessage() does not say that the cabinet has a command that was only sent",
  permissions,
  fn() {
    const sent = { ...key({ type: "open", cell: 7 }, 7), step: "sent", attempts: 1 } as const;
    assert.equal(tapMessage(sent, zh.messages).next, "指令已发给柜子，请留意柜门。");
    assert.equal(tapMessage(sent, en.messages).next, "Sent to the cabinet. Watch the door.");
  },
});

Deno.test({
  name: "connectionMessage() puts the page's own connection before the cabinet's",
  permissions,
  fn() {
    const offline = liveState({ online: false });
    assert.equal(connectionMessage(offline, en).title, "The cabinet is offline");
    const lost: PageState = { ...offline, connection: "reconnecting" };
    assert.equal(connectionMessage(lost, en).shape, "spinner");
  },
});

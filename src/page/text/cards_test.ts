import assert from "node:assert/strict";
import { cellOf, rentalOf, storageState } from "../../../testing/rigs/page.ts";
import { cardOf } from "./cards.ts";
import { reduce } from "../state/model.ts";
import type { MyRental, PageState } from "../state/state.ts";
import { texts } from "./languages.ts";

const permissions = "none";
const since = "1970-01-01T06:00:00.000Z";
const at = (time: string) => Date.parse(`1970-01-01T${time}Z`);

function seen(rental: MyRental, but: Partial<PageState> = {}) {
  const state = storageState([rental], { cells: [cellOf(1, { door: "open" }), cellOf(2)] });
  const minuteMs = at("08:00:00");
  return { state: { ...state, minuteMs, isLocal: false, ...but }, texts: texts.zh };
}

function card(rental: MyRental, but?: Partial<PageState>) {
  return cardOf(rental, seen(rental, but));
}

Deno.test({
  name: "cardOf() has the cell, since when, and how much time is left",
  permissions,
  fn() {
    const { title, since: from, until } = card(rentalOf("r", { since, until: "1970-01-01T08:25:00Z" }));
    assert.deepEqual([title, from], ["1 号柜 · 中号", "2\u00a0小时前 存入"]);
    assert.deepEqual(until, { words: "还剩 25\u00a0分钟", late: false });
  },
});

Deno.test({
  name: "cardOf() says that the time is over",
  permissions,
  fn() {
    const { until } = card(rentalOf("r", { since, until: "1970-01-01T06:00:00Z" }));
    assert.deepEqual(until, { words: "已超时 2\u00a0小时，请尽快取出", late: true });
    assert.equal(card(rentalOf("r", { since })).until, undefined);
  },
});

Deno.test({
  name: "cardOf() says where the door is, if the cabinet has a layout",
  permissions,
  fn() {
    const rental = rentalOf("r", { since });
    const { cabinet } = seen(rental).state;
    const layout = { columns: [[{ cell: 2 }], [{ gap: 1 }, { cell: 1 }]] };
    assert.equal(card(rental).where, undefined);
    assert.equal(card(rental, { cabinet: { ...cabinet, layout } }).where, "左起第 2 列，上起第 1 格");
  },
});

Deno.test({
  name: "cardOf() offers everything for a held rental, and opening once more after it was given back",
  permissions,
  fn() {
    const actions = (but: Partial<MyRental>) => {
      const { actions, canShare } = card({ ...rentalOf("r"), ...but });
      return [actions.map(({ type }) => type), canShare];
    };
    assert.deepEqual(actions({}), [["take"], true]);
    assert.deepEqual(actions({ picked: true }), [["retrieve", "reopen"], false]);
    assert.equal(card(rentalOf("r", { picked: true })).actions[0]?.words.main, "取出");
    assert.deepEqual(actions({ collecting: true }), [[], false]);
    assert.deepEqual(actions({ state: "returning" }), [["keep", "reopen"], false]);
    assert.deepEqual(actions({ state: "returning", picked: true }), [["reopen"], false]);
    assert.deepEqual(actions({ state: "returning", collecting: true }), [[], false]);
    const ended = (reason: MyRental["reason"]) =>
      actions({ state: "ended", ...reason === undefined ? {} : { reason } });
    assert.deepEqual(ended("retrieved"), [["keep", "reopen"], false]);
    assert.deepEqual(ended(undefined), [["keep", "reopen"], false]);
    assert.deepEqual(ended("picked-up"), [["reopen"], false]);
    assert.deepEqual(ended("operator"), [[], false]);
    assert.deepEqual(ended("moved"), [[], false]);
  },
});

Deno.test({
  name: "cardOf() has no main button while the door is open: shutting it comes first",
  permissions,
  fn() {
    const isMain = (cell: number) => card(rentalOf("r", { cell })).actions.map(({ isMain }) => isMain);
    assert.deepEqual([isMain(1), isMain(2)], [[false], [true]]);
    assert.equal(card(rentalOf("r")).message?.title, "请关好柜门");
  },
});

Deno.test({
  name: "cardOf() tells of no old tap when the rental ended or is being collected",
  permissions,
  fn() {
    const { state } = seen(rentalOf("t"));
    const stored = [
      { type: "tapped", id: "t", request: { type: "store" }, nowMs: 0 },
      {
        type: "message",
        message: { type: "command", id: "t", command: "store", cell: 1, state: "opened" },
        nowMs: 1_000,
      },
    ] as const;
    const after = stored.reduce<PageState>(reduce, state);
    const tellingOf = (but: Partial<MyRental>) =>
      cardOf({ ...rentalOf("t"), ...but }, { state: after, texts: texts.zh }).message;
    assert.equal(tellingOf({})?.title, "请关好 1 号柜门");
    const ended = tellingOf({ state: "ended", reason: "operator", endedAtMs: 2_000 });
    assert.deepEqual([ended?.title, ended?.tone, ended?.shape], [
      "管理员结束了 1 号柜的存放",
      "careful",
      "warning",
    ]);
    assert.equal(tellingOf({ collecting: true })?.title, "有人正在凭码取件");
    const unknown = tellingOf({ state: "ended", endedAtMs: 2_000 });
    assert.deepEqual([unknown?.tone, unknown?.shape], ["calm", "clock"], "the reason is not known");
  },
});

Deno.test({
  name: "cardOf() says what shutting the door does now, whatever request opened it",
  permissions,
  fn() {
    const titleOf = (type: "reopen" | "retrieve", but: Partial<MyRental>) => {
      const { state } = seen(rentalOf("r"));
      const done = [
        { type: "tapped", id: "t", request: { type, rental: "r" }, nowMs: 0 },
        {
          type: "message",
          message: { type: "command", id: "t", command: type, cell: 1, state: "opened" },
          nowMs: 1_000,
        },
      ] as const;
      const after = done.reduce<PageState>(reduce, state);
      return cardOf({ ...rentalOf("r"), ...but }, { state: after, texts: texts.zh }).message?.title;
    };
    assert.equal(titleOf("retrieve", { state: "returning" }), "1 号柜门已打开");
    assert.equal(titleOf("retrieve", { state: "held" }), "请关好柜门", "kept after all");
    assert.equal(titleOf("reopen", { state: "held" }), "请关好柜门");
    assert.equal(titleOf("reopen", { state: "returning" }), "关好柜门就归还了", "in the grace time");
    assert.equal(titleOf("reopen", { state: "returning", picked: true }), "关好柜门，取件就完成了");
  },
});

Deno.test({
  name: "cardOf() tells of the tap first, then what the person has to do, then of an open door",
  permissions,
  fn() {
    const title = (rental: MyRental, but?: Partial<PageState>) => card(rental, but).message?.title;
    assert.equal(title(rentalOf("r")), "请关好柜门");
    assert.equal(title(rentalOf("r", { cell: 2 })), undefined);
    assert.equal(title(rentalOf("r", { state: "returning" })), "关好柜门就归还了");
    assert.equal(title(rentalOf("r", { state: "ended" })), "1 号柜的存放已结束");
    const { state } = seen(rentalOf("r"));
    const request = { type: "retrieve", rental: "r" } as const;
    const tapped = reduce(state, { type: "tapped", id: "t", request, nowMs: at("08:00:00") });
    assert.equal(
      cardOf(rentalOf("r"), { state: tapped, texts: texts.zh }).message?.title,
      "正在打开 1 号柜…",
    );
    assert.equal(cardOf(rentalOf("r"), { state: tapped, texts: texts.zh }).busy, true);
  },
});

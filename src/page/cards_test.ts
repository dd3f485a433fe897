import assert from "node:assert/strict";
import { cellOf, rentalOf, storageState } from "./_fakes.ts";
import { cardOf } from "./cards.ts";
import { reduce } from "./model.ts";
import type { MyRental, PageState } from "./state.ts";
import { texts } from "./texts.ts";

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
  name: "cardOf() says what it is, since when, and how long there is left",
  permissions,
  fn() {
    const { title, since: from, until } = card(rentalOf("r", { since, until: "1970-01-01T08:25:00Z" }));
    assert.deepEqual([title, from], ["1 号柜 · 中号", "2\u00a0小时前 存入"]);
    assert.deepEqual(until, { words: "还剩 25\u00a0分钟", late: false });
  },
});

Deno.test({
  name: "cardOf() says plainly that the time is over",
  permissions,
  fn() {
    const { until } = card(rentalOf("r", { since, until: "1970-01-01T06:00:00Z" }));
    assert.deepEqual(until, { words: "已超时 2\u00a0小时，请尽快取出", late: true });
    assert.equal(card(rentalOf("r", { since })).until, undefined);
  },
});

Deno.test({
  name: "cardOf() says where the door is, if somebody said how the doors stand",
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
  name: "cardOf() offers what can be done: all of what is held, one door more of what was given back",
  permissions,
  fn() {
    const deeds = (rental: MyRental) => {
      const { deeds, canShare } = card(rental);
      return [deeds.map(({ type }) => type), canShare];
    };
    assert.deepEqual(deeds(rentalOf("r")), [["retrieve", "reopen"], true]);
    assert.deepEqual(deeds(rentalOf("r", { state: "returning" })), [["reopen"], false]);
    assert.deepEqual(deeds(rentalOf("r", { state: "ended", reason: "retrieved" })), [["reopen"], false]);
    assert.deepEqual(deeds(rentalOf("r", { state: "ended", reason: "operator" })), [[], false]);
  },
});

Deno.test({
  name: "cardOf() tells of the tap first, then of what has to be done, then of an open door",
  permissions,
  fn() {
    const title = (rental: MyRental, but?: Partial<PageState>) => card(rental, but).telling?.title;
    assert.equal(title(rentalOf("r")), "柜门开着");
    assert.equal(title(rentalOf("r", { cell: 2 })), undefined);
    assert.equal(title(rentalOf("r", { state: "returning" })), "关好柜门就归还了");
    assert.equal(title(rentalOf("r", { state: "ended" })), "1 号柜的存放已结束");
    const { state } = seen(rentalOf("r"));
    const wish = { type: "retrieve", rental: "r" } as const;
    const tapped = reduce(state, { type: "tapped", id: "t", wish, nowMs: at("08:00:00") });
    assert.equal(
      cardOf(rentalOf("r"), { state: tapped, texts: texts.zh }).telling?.title,
      "正在打开 1 号柜…",
    );
    assert.equal(cardOf(rentalOf("r"), { state: tapped, texts: texts.zh }).busy, true);
  },
});

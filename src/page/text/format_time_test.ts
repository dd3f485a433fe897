import assert from "node:assert/strict";
import { formatDuration, formatTime } from "./format_time.ts";
import { texts } from "./languages.ts";

const { zh, en } = texts;

/** 2026-01-05, 14:30 where the tests run. */
const now = new Date(2026, 0, 5, 14, 30);
const local = { minuteMs: now.getTime(), isLocal: true };

function at(day: number, hours: number, minutes: number): string {
  return new Date(2026, 0, day, hours, minutes).toISOString();
}

Deno.test("formatTime() names a near day, with the time of day", () => {
  const zhOf = (time: string) => formatTime(time, { state: local, texts: zh });
  assert.equal(zhOf(at(5, 9, 5)), "今天 9:05");
  assert.equal(zhOf(at(4, 23, 59)), "昨天 23:59");
  assert.equal(zhOf(at(6, 0, 0)), "明天 0:00");
  assert.equal(zhOf(at(12, 8, 0)), "1月12日 8:00");
  assert.equal(formatTime(at(12, 8, 0), { state: local, texts: en }), "Jan 12, 8:00");
});

Deno.test("formatTime() says how long ago or ahead where the person's time zone is not known", () => {
  const state = { ...local, isLocal: false };
  assert.equal(formatTime(at(5, 12, 30), { state, texts: zh }), "2\u00a0小时前");
  assert.equal(formatTime(at(5, 14, 55), { state, texts: en }), "in 25\u00a0minutes");
  assert.equal(formatTime(at(5, 14, 30), { state, texts: zh }), "刚刚");
});

Deno.test("formatDuration() goes from minutes over hours to days", () => {
  const spans = [[0, "1\u00a0minute"], [61, "2\u00a0minutes"], [3_600, "1\u00a0hour"], [
    7_300,
    "2\u00a0hours",
  ]];
  for (const [seconds, words] of [...spans, [172_800, "2\u00a0days"]] as const) {
    assert.equal(formatDuration(Number(seconds) * 1000, en), words);
  }
});

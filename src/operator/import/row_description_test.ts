import { deepEqual, equal, ok } from "node:assert/strict";
import { description } from "../../cabinet/description.ts";
import type { Cabinet } from "../../locker/mod.ts";
import { columnNamed } from "./columns.ts";
import { CHINESE_VALUES } from "./columns_zh.ts";
import type { NamedColumn } from "./csv_table.ts";
import { changesOf, describedBy, type RowMistake, saidIn } from "./row_description.ts";

/** What a row with these fields means, by the names of their columns. */
function row(fields: Record<string, string>, before?: Cabinet) {
  const columns = Object.keys(fields).map((name): NamedColumn => {
    const column = columnNamed(name);
    if (!column) throw new TypeError(name);
    return { ...column, name };
  });
  const said = saidIn({ row: 2, cells: Object.values(fields) }, columns);
  return said.mistakes.length > 0 ? [...said.mistakes] : describedBy(said, { before, columns });
}

function sound(fields: Record<string, string>, before?: Cabinet) {
  const described = row(fields, before);
  if (Array.isArray(described)) throw new TypeError(JSON.stringify(described));
  return described;
}

function wrong(fields: Record<string, string>): RowMistake[] {
  const described = row(fields);
  ok(Array.isArray(described), JSON.stringify(fields));
  return described;
}

const HALL = { id: "hall", name: "Hall", board: "8a", mode: "storage" };

function cabinetOf(fields: Record<string, string>): Cabinet {
  const { cells, ...described } = sound(fields);
  return {
    ...described,
    id: "hall",
    organization: "main",
    organizationContact: null,
    lastSeenAt: undefined,
    describedAt: 1,
    cells: cells.map((cell) => ({ ...cell, state: "free" })),
  };
}

Deno.test({
  name: "describedBy() takes each kind of column",
  permissions: "none",
  fn() {
    const { cells, ...told } = sound({
      ...HALL,
      标签: "杭州；west",
      纬度: "30.26",
      经度: "120.14",
      registration: "IMEI1",
      localEcho: "是",
      leftOpenSeconds: "never",
      "remind minutes": "60;15",
      格数: "3",
      "cells.size": "L",
    });
    deepEqual(told.tags, ["杭州", "west"]);
    deepEqual(told.location, { latitude: 30.26, longitude: 120.14 });
    deepEqual(told.registration, { text: "IMEI1" });
    deepEqual([told.localEcho, told.leftOpenSeconds, told.rules.remindMinutes], [true, null, [60, 15]]);
    deepEqual(cells.map(({ cell, channel, size }) => [cell, channel, size]), [[1, 1, "L"], [2, 2, "L"], [
      3,
      3,
      "L",
    ]]);
    equal(sound({ ...HALL, name: "=cmd|' /C calc'!A0" }).name, "=cmd|' /C calc'!A0");
  },
});

Deno.test({
  name: "describedBy() leaves as it is what a row does not say",
  permissions: "none",
  fn() {
    const before = cabinetOf({ ...HALL, registration: "IMEI1", telephone: "400 123", cells: "3" });
    deepEqual(changesOf(sound({ id: "hall", name: "" }, before), before), []);
    deepEqual(changesOf(sound({ ...HALL, cells: "3" }, before), before), []);
    const changed = sound({ id: "hall", "registration.hex": "01 02", "contact.text": "desk" }, before);
    deepEqual(changesOf(changed, before), ["registration", "contact"]);
    deepEqual(changed.contact, { telephone: "400 123", text: "desk" });
    deepEqual(changesOf(sound({ id: "hall", cells: "4" }, before), before), ["cells"]);
  },
});

Deno.test({
  name: "describedBy() takes yes and no for a registration that stands anywhere, in place of one at a byte",
  permissions: "none",
  fn() {
    const registration = "866714045455127";
    const part = (fields: Record<string, string>, before?: Cabinet) =>
      sound({ ...HALL, ...fields }, before).registration;
    deepEqual(part({ registration, 注册包任意位置: "否" }), { text: registration });
    deepEqual(part({ registration, 注册包任意位置: "是" }), { text: registration, anywhere: true });
    const at = cabinetOf({ ...HALL, registration, "registration.at": "3" });
    deepEqual(part({ 注册包任意位置: "是" }, at), { text: registration, anywhere: true });
    deepEqual(part({ 注册包任意位置: "否" }, at), { text: registration, at: 3 });
    const anywhere = cabinetOf({ ...HALL, registration, 注册包任意位置: "是" });
    deepEqual(part({ "registration.at": "3" }, anywhere), { text: registration, at: 3 });
    deepEqual(part({ 注册包任意位置: "否" }, anywhere), { text: registration });
    equal(
      wrong({ ...HALL, registration, "registration.at": "3", 注册包任意位置: "是" })[0]?.column,
      "registration",
    );
  },
});

Deno.test({
  name: "describedBy() takes words of a description in Chinese, each of them",
  permissions: "none",
  fn() {
    const { mode, wiring, rules } = description.shape;
    const words = {
      mode: mode.options,
      wiring: wiring.options,
      "rules.overdue": rules.unwrap().shape.overdue.unwrap().options,
    };
    for (const [name, wanted] of Object.entries(words)) {
      deepEqual(Object.values(CHINESE_VALUES[name] ?? {}).toSorted(), [...wanted].toSorted(), name);
    }
    deepEqual(Object.keys(CHINESE_VALUES).toSorted(), Object.keys(words).toSorted());
    const told = sound({
      id: "hall",
      name: "Hall",
      board: "8a",
      模式: "寄存",
      接线: "无反馈",
      超时处理: "扣留",
    });
    deepEqual([told.mode, told.wiring, told.rules.overdue], ["storage", "none", "hold"]);
    ok(wrong({ ...HALL, mode: "constructor" })[0]?.message.startsWith('"constructor": say'));
  },
});

Deno.test({
  name: "a mistake names the file's column and what was said, in a plain sentence",
  permissions: "none",
  fn() {
    const first = (fields: Record<string, string>) => wrong(fields)[0];
    deepEqual(first({ ...HALL, id: "a b" }), {
      column: "id",
      message: `"a b": letters, digits, '.', '_' and '-', up to 64`,
    });
    deepEqual(first({ ...HALL, id: "" }), { column: "id", message: "has to be given" });
    deepEqual(first({ ...HALL, 格数: "24格" }), { column: "格数", message: '"24格" is not a number' });
    deepEqual(first({ ...HALL, localEcho: "maybe" }), {
      column: "localEcho",
      message: '"maybe" is not yes or no',
    });
    deepEqual(first({ id: "a", name: "A", board: "8a" })?.column, null);
    ok(first({ id: "a", name: "A", board: "8a" })?.message.startsWith("mode: say who may open what"));
    deepEqual(first({ id: "a", board: "8a", mode: "open" }), {
      column: null,
      message: "name: has to be given",
    });
    const board = first({ ...HALL, board: "9b" });
    equal(board?.column, "board");
    ok(board?.message.startsWith('"9b": one of 8a, '), board?.message);
    const { mode: _, ...rest } = HALL;
    const mode = first({ ...rest, 模式: "仓储" });
    equal(mode?.column, "模式");
    ok(mode?.message.startsWith('"仓储": say who may open what: open '), mode?.message);
    deepEqual(first({ ...HALL, 纬度: "91", 经度: "1" }), {
      column: "纬度",
      message: '"91": a number from -90 to 90',
    });
    deepEqual(first({ ...HALL, "registration.hex": "0x" }), {
      column: "registration.hex",
      message: '"0x": pairs of hex digits',
    });
    equal(first({ ...HALL, 电话: "none" })?.column, "电话");
    const address = first({ ...HALL, addresses: "192.0.2.1;10.0.0.0/33" });
    ok(address?.message.startsWith('"10.0.0.0/33" is not an address'), `${address?.message}`);
    equal(first({ ...HALL, cells: "2000" })?.column, "cells");
  },
});

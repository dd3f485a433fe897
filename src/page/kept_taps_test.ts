import assert from "node:assert/strict";
import { FakeStorage } from "./_fakes.ts";
import { keepTaps, keptTaps } from "./kept_taps.ts";

const permissions = "none";
const taps = [{ id: "a", cell: 1, atMs: 10 }, { id: "b", cell: 2, atMs: 20 }];

Deno.test({
  name: "keptTaps() gives back what keepTaps() kept, by cabinet",
  permissions,
  fn() {
    const storage = new FakeStorage();
    keepTaps(() => storage, { cabinet: "c1", taps });
    assert.deepEqual(keptTaps(() => storage, { cabinet: "c1", nowMs: 30 }), taps);
    assert.deepEqual(keptTaps(() => storage, { cabinet: "c2", nowMs: 30 }), []);
  },
});

Deno.test({
  name: "keptTaps() drops a tap from a future that a turned-back clock makes",
  permissions,
  fn() {
    const storage = new FakeStorage();
    keepTaps(() => storage, { cabinet: "c1", taps });
    assert.deepEqual(keptTaps(() => storage, { cabinet: "c1", nowMs: 15 }), taps.slice(0, 1));
  },
});

Deno.test({
  name: "keptTaps() passes over what it did not write",
  permissions,
  fn() {
    const storage = new FakeStorage();
    for (const text of ["", "{", "7", "null", '{"id":1}', '[null,7,{"id":1,"cell":1,"atMs":1}]']) {
      storage.setItem("kaigui.taps.c1", text);
      assert.deepEqual(keptTaps(() => storage, { cabinet: "c1", nowMs: 30 }), [], text);
    }
  },
});

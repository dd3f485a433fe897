import assert from "node:assert/strict";
import { FakeStorage } from "../../testing/rigs/page.ts";
import { keep, kept, type StoredSession } from "./session_store.ts";

const permissions = "none";
const taps = [
  { id: "a", wish: { type: "open", cell: 1 }, cell: 1, atMs: 10, serverMs: 1_000 },
  { id: "b", wish: { type: "store", size: "M" }, cell: undefined, atMs: 20, serverMs: undefined },
] as const;
const shared = [{ rental: "r", code: "12345678", untilMs: 40 }];
const nothing: StoredSession = { taps: [], shared: [] };

Deno.test({
  name: "kept() gives back what keep() kept, by cabinet",
  permissions,
  fn() {
    const storage = new FakeStorage();
    keep(() => storage, "c1", { taps, shared });
    assert.deepEqual(kept(() => storage, { cabinet: "c1", nowMs: 30 }), { taps, shared });
    assert.deepEqual(kept(() => storage, { cabinet: "c2", nowMs: 30 }), nothing);
  },
});

Deno.test({
  name: "kept() drops a tap from a future that a turned-back clock makes, and a code that is over",
  permissions,
  fn() {
    const storage = new FakeStorage();
    keep(() => storage, "c1", { taps, shared });
    assert.deepEqual(kept(() => storage, { cabinet: "c1", nowMs: 15 }).taps, taps.slice(0, 1));
    assert.deepEqual(kept(() => storage, { cabinet: "c1", nowMs: 40 }).shared, []);
  },
});

Deno.test({
  name: "keep() leaves nothing behind when there is nothing to keep",
  permissions,
  fn() {
    const storage = new FakeStorage();
    keep(() => storage, "c1", { taps, shared });
    keep(() => storage, "c1", nothing);
    assert.equal(storage.texts.size, 0);
  },
});

Deno.test({
  name: "kept() passes over what keep() did not write",
  permissions,
  fn() {
    const storage = new FakeStorage();
    const wrong = [
      null,
      7,
      { id: 1, wish: taps[0].wish, atMs: 1 },
      { id: "a", wish: { type: "fly" }, atMs: 1 },
      { id: "a", wish: { type: "store", size: 3 }, atMs: 1 },
      { id: "a", wish: { type: "share" }, atMs: 1 },
      { id: "a", wish: { type: "open", cell: 1 }, cell: "1", atMs: 1 },
      { id: "a", wish: { type: "open", cell: 1 }, cell: 1, atMs: 1, serverMs: "1" },
    ];
    const texts = ["", "{", "7", "null", "[]", JSON.stringify({ taps: wrong, shared: [{ code: 1 }, null] })];
    for (const text of texts) {
      storage.setItem("kaigui.kept.c1", text);
      assert.deepEqual(kept(() => storage, { cabinet: "c1", nowMs: 30 }), nothing, text);
    }
  },
});

import assert from "node:assert/strict";
import { FakeStorage } from "../../testing/rigs/page.ts";
import { loadSession, saveSession, type StoredSession } from "./session_store.ts";

const permissions = "none";
const taps = [
  { id: "a", request: { type: "open", cell: 1 }, cell: 1, atMs: 10, serverMs: 1_000 },
  { id: "b", request: { type: "store", size: "M" }, cell: undefined, atMs: 20, serverMs: undefined },
] as const;
const sharedCodes = [{ rental: "r", code: "12345678", untilMs: 40 }];
const nothing: StoredSession = { taps: [], sharedCodes: [] };

Deno.test({
  name: "loadSession() returns what saveSession() stored, by cabinet",
  permissions,
  fn() {
    const storage = new FakeStorage();
    saveSession(() => storage, "c1", { taps, sharedCodes });
    assert.deepEqual(loadSession(() => storage, { cabinet: "c1", nowMs: 30 }), { taps, sharedCodes });
    assert.deepEqual(loadSession(() => storage, { cabinet: "c2", nowMs: 30 }), nothing);
  },
});

Deno.test({
  name: "loadSession() reads what the version before stored",
  permissions,
  fn() {
    const storage = new FakeStorage();
    const tap = `{"id":"a","wish":{"type":"open","cell":1},"cell":1,"atMs":10,"serverMs":1000}`;
    const text = `{"taps":[${tap}],"shared":[{"rental":"r","code":"12345678","untilMs":40}]}`;
    storage.setItem("kaigui.kept.c1", text);
    assert.deepEqual(loadSession(() => storage, { cabinet: "c1", nowMs: 30 }), {
      taps: taps.slice(0, 1),
      sharedCodes,
    });
    saveSession(() => storage, "c1", { taps: taps.slice(0, 1), sharedCodes });
    assert.equal(storage.texts.get("kaigui.kept.c1"), text);
  },
});

Deno.test({
  name:
    "loadSession() drops a tap of the future, as after the clock was set back, and a code that has expired",
  permissions,
  fn() {
    const storage = new FakeStorage();
    saveSession(() => storage, "c1", { taps, sharedCodes });
    assert.deepEqual(loadSession(() => storage, { cabinet: "c1", nowMs: 15 }).taps, taps.slice(0, 1));
    assert.deepEqual(loadSession(() => storage, { cabinet: "c1", nowMs: 40 }).sharedCodes, []);
  },
});

Deno.test({
  name: "saveSession() leaves nothing behind when there is nothing to store",
  permissions,
  fn() {
    const storage = new FakeStorage();
    saveSession(() => storage, "c1", { taps, sharedCodes });
    saveSession(() => storage, "c1", nothing);
    assert.equal(storage.texts.size, 0);
  },
});

Deno.test({
  name: "loadSession() ignores what saveSession() did not write",
  permissions,
  fn() {
    const storage = new FakeStorage();
    const wrong = [
      null,
      7,
      { id: 1, wish: taps[0].request, atMs: 1 },
      { id: "a", wish: { type: "fly" }, atMs: 1 },
      { id: "a", wish: { type: "store", size: 3 }, atMs: 1 },
      { id: "a", wish: { type: "share" }, atMs: 1 },
      { id: "a", wish: { type: "open", cell: 1 }, cell: "1", atMs: 1 },
      { id: "a", wish: { type: "open", cell: 1 }, cell: 1, atMs: 1, serverMs: "1" },
    ];
    const texts = ["", "{", "7", "null", "[]", JSON.stringify({ taps: wrong, shared: [{ code: 1 }, null] })];
    for (const text of texts) {
      storage.setItem("kaigui.kept.c1", text);
      assert.deepEqual(loadSession(() => storage, { cabinet: "c1", nowMs: 30 }), nothing, text);
    }
  },
});

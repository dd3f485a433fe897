/**
 * Storing and taking out, as a person does: in a browser, against the real program and cabinets.
 *
 * @module
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { query } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import type { Phone } from "../../testing/browser/browser.ts";
import { AWAY, en, fillMessage, pageTest, zh } from "../../testing/browser/case.ts";
import { CABINET } from "../../testing/browser/scene.ts";

const storage = { mode: "storage" };
const { messages } = zh;

pageTest(
  "a reloaded page offers to keep the cell, and no further cell to a guest who has one",
  async (scene) => {
    const cabinet = await scene.cabinet({}, storage);
    const phone = await scene.visitor();
    const store = phone.page.locator("#store .size-button");
    await phone.does("store");
    await phone.isShown(fillMessage(messages.opened.store, { n: 1 }));
    cabinet.closeDoor(1, 1);
    await phone.isShown(fillMessage(messages.doorClosed.storage, { n: 1 }));
    await phone.sees('#store .size-button[aria-disabled="true"] .sub', zh.store.limit);
    await store.click({ force: true });
    await phone.isShown(messages.reasons.limit);
    await phone.takes("retrieve", 1);
    await phone.sees('[data-rental="1"][data-state="returning"] .strip', messages.opened.retrieve.next);
    cabinet.closeDoor(1, 1);
    await phone.sees('[data-rental="1"][data-state="ended"]');
    await phone.sees('#store .size-button[aria-disabled="false"]');

    await phone.page.reload();
    await phone.sees('[data-rental="1"][data-state="ended"] .strip', messages.over.retrieved.next);
    await phone.does("keep", 1);
    await phone.sees('[data-rental="1"][data-state="held"]');
    await phone.sees('#store .size-button[aria-disabled="true"] .sub', zh.store.limit);
  },
);

pageTest("a person stores, looks again and takes out", async (scene) => {
  const cabinet = await scene.cabinet({}, storage);
  const phone = await scene.visitor();
  await phone.does("store");
  await phone.isShown(fillMessage(messages.opened.store, { n: 1 }));
  await phone.sees('[data-rental="1"][data-state="held"] .strip', messages.opened.store.next);
  cabinet.closeDoor(1, 1);
  await phone.isShown(fillMessage(messages.doorClosed.storage, { n: 1 }));

  await phone.takes("reopen", 1);
  await phone.isShown(fillMessage(messages.opened.reopen, { n: 1 }));
  cabinet.closeDoor(1, 1);
  await phone.isShown(fillMessage(messages.doorClosed.storage, { n: 1 }));

  await phone.takes("retrieve", 1);
  await phone.sees('[data-rental="1"][data-state="returning"] .strip', messages.opened.retrieve.next);
  cabinet.closeDoor(1, 1);
  await phone.sees('[data-rental="1"][data-state="ended"]');
  await phone.isShown(fillMessage(messages.over.retrieved, { n: 1 }));

  await phone.does("reopen", 1);
  await phone.isShown(fillMessage(messages.opened.reopen, { n: 1 }));
  await phone.sees('[data-rental="1"][data-state="returning"] .strip', zh.mine.returning.title);
  equal(cabinet.pulseCount(1, 1), 4, "a pulse for each tap");
  deepEqual(commands(scene.folder), ["store", "reopen", "retrieve", "reopen"]);
});

pageTest("the page shows the rentals before its script has run", async (scene) => {
  await scene.cabinet({}, { ...storage, rules: { rentalMinutes: 60 } });
  const phone = await scene.visitor();
  await phone.does("store");
  await phone.sees('[data-rental="1"]');
  const html = await (await phone.page.request.get(phone.page.url())).text();
  match(html, /<h3>1 号柜 · 中号<\/h3>/);
  match(html, /刚刚 存入/);
  match(html, /还剩 1\u00a0小时/);
});

pageTest("a phone that loses its network during a store gets one cell, by one pulse", async (scene) => {
  const device = await scene.device(storage);
  device.onOpen = () => undefined;
  const phone = await scene.visitor();
  await phone.does("store");
  await until(() => device.opens.length === 1);
  await phone.show(false);
  await phone.page.context().setOffline(true);
  await phone.sees('main[data-connection="offline-browser"]');
  await phone.page.context().setOffline(false);
  await phone.show(true);
  await until(() => phone.sentOf("store").length >= 2);
  await device.report(1, true);
  await phone.sees('[data-rental="1"][data-state="held"] .strip', messages.opened.store.next);
  await phone.sees("#store:not(:has(.strip))");
  equal(new Set(phone.sentOf("store").map(({ id }) => id)).size, 1);
  deepEqual(commands(scene.folder), ["store"]);
  deepEqual(device.opens, ["8A 01 01 11 9B"]);
}, { expected: /ERR_INTERNET_DISCONNECTED/ });

pageTest(
  "a page that is closed during a store shows the cell when it is opened again",
  async (scene) => {
    const device = await scene.device(storage);
    device.onOpen = () => undefined;
    const phone = await scene.visitor();
    await phone.does("store");
    await until(() => device.opens.length === 1);
    await phone.page.goto("about:blank");
    await device.report(1, true);
    await until(() => query(scene.folder, "select state from rentals").some(({ state }) => state === "held"));
    await phone.visit(CABINET);
    await phone.sees('[data-rental="1"][data-state="held"]');
    await phone.ready();
    await until(() => phone.sentOf("store").length >= 2);
    equal(new Set(phone.sentOf("store").map(({ id }) => id)).size, 1);
    equal(await phone.page.locator("[data-rental]").count(), 1);
    equal(device.opens.length, 1);
  },
);

pageTest(
  "a service that restarts during a retrieve says so, and the cell stays the person's",
  async (scene) => {
    const cabinet = await scene.cabinet({}, storage);
    const phone = await scene.visitor();
    await phone.does("store");
    await phone.sees('[data-rental="1"][data-state="held"]');
    cabinet.closeDoor(1, 1);
    await phone.isShown(fillMessage(messages.doorClosed.storage, { n: 1 }));
    cabinet.jam(1, 1);
    cabinet.loseFrames("openings");
    await phone.takes("retrieve", 1);
    await until(() => cabinet.pulseCount(1, 1) === 2);
    await scene.crash();
    await phone.sees('main[data-connection="reconnecting"]');
    await scene.restart();
    await phone.sees('[data-rental="1"][data-state="held"] .strip', messages.reasons.restarted.title);
    await phone.sees('[data-rental="1"] .help');
    equal(cabinet.pulseCount(1, 1), 2);
  },
  { expected: AWAY },
);

pageTest("a shared code opens the door for another person, once, and the owner is told", async (scene) => {
  const cabinet = await scene.cabinet({}, storage);
  const [owner, friend] = [await scene.visitor(), await scene.visitor({ locale: "en-US" })];
  await owner.does("store");
  await owner.sees('[data-rental="1"]');
  cabinet.closeDoor(1, 1);
  await owner.isShown(fillMessage(messages.doorClosed.storage, { n: 1 }));
  await owner.does("share", 1);
  await owner.isShown(fillMessage(messages.shared, { n: 1 }));
  const code = await owner.page.locator(".digits span").first().innerText();
  match(code, /^\d{4} \d{4}$/);
  await owner.page.reload();
  await owner.sees(".digits", code);

  await friend.enters(code.slice(0, -1));
  await friend.isShown(fillMessage(en.messages.fewDigits, { k: 7 }));
  equal(friend.sentOf("pickup").length, 0);
  await friend.enters(` ${code.replace(" ", "-")} `);
  await friend.isShown(fillMessage(en.messages.opened.pickup, { n: 1 }));
  await friend.sees('[data-rental="1"][data-state="returning"]');
  equal(await friend.page.locator("#code").inputValue(), "");
  await owner.isShown(fillMessage(messages.collecting, { n: 1 }));
  cabinet.closeDoor(1, 1);
  await owner.isShown(fillMessage(messages.over["picked-up"], { n: 1 }));
  await owner.sees('[data-rental="1"][data-state="ended"]:not(:has(.digits))');

  await friend.enters(code);
  await friend.sees("#code-message", en.messages.reasons["wrong-code"].title);
  equal(await friend.page.locator("#code").getAttribute("aria-invalid"), "true");
  equal(cabinet.pulseCount(1, 1), 2);
});

pageTest("a new code differs, and the old one opens nothing", async (scene) => {
  await scene.cabinet({}, storage);
  const [owner, friend] = [await scene.visitor(), await scene.visitor()];
  await owner.does("store");
  await owner.does("share", 1);
  await owner.sees(".digits");
  const old = await owner.page.locator(".digits span").first().innerText();
  await owner.does("share", 1);
  await until(async () => await owner.page.locator(".digits span").first().innerText() !== old);
  await friend.enters(old);
  await friend.sees("#code-message", messages.reasons["wrong-code"].title);
});

pageTest("a code is copied if the phone allows it, and can be selected if not", async (scene) => {
  await scene.cabinet({}, storage);
  const phone = await scene.visitor();
  await phone.does("store");
  await phone.does("share", 1);
  await phone.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await phone.does("copy", 1);
  await phone.isShown(messages.results.copied);
  const code = await phone.page.locator(".digits span").first().innerText();
  match(await phone.look("navigator.clipboard.readText()"), new RegExp(`1 号柜.*${code}`));
  await phone.look("navigator.clipboard.writeText('')");
  await phone.look("navigator.clipboard.writeText = () => Promise.reject(new Error())");
  await phone.does("copy", 1);
  await until(async () => (await phone.look("navigator.clipboard.readText()")).includes(code));
  await phone.look("document.execCommand = () => false");
  await phone.does("copy", 1);
  await phone.isShown(messages.results["not-copied"]);
  equal(await phone.look("getComputedStyle(document.querySelector('.digits')).userSelect"), "text");
});

pageTest("a store whose door jams gets the next cell, and the first one is free", async (scene) => {
  const device = await scene.device(storage);
  device.onOpen = (lock) => lock === 1 ? 0x11 : undefined;
  const phone = await scene.visitor();
  await phone.does("store");
  await phone.isShown(fillMessage(messages.another, { n: 2, old: 1 }));
  await phone.sees("#store .strip", fillMessage(messages.another, { n: 2, old: 1 }).title);
  await phone.sees('[data-door-of="2"].mark-opening');
  await phone.sees('[data-door-of="1"].mark-faulty');
  await device.report(2, true);
  await phone.sees('[data-rental="2"][data-state="held"]');
  equal(await phone.page.locator("[data-rental]").count(), 1);
});

pageTest("a code whose door jams is not needed again", async (scene) => {
  const cabinet = await scene.cabinet({}, storage);
  const [owner, friend] = [await scene.visitor(), await scene.visitor()];
  await owner.does("store");
  await owner.does("share", 1);
  await owner.sees(".digits");
  cabinet.closeDoor(1, 1);
  cabinet.jam(1, 1);
  await friend.enters(await owner.page.locator(".digits span").first().innerText());
  const { retry: { retrieve: retry } } = messages;
  await friend.isShown(fillMessage(messages.reasons["did-not-open"], { n: 1, retry }));
  await friend.sees('[data-rental="1"][data-state="held"] .help');
  equal(
    await friend.page.locator('[data-name="share"]').count(),
    0,
    "another person's rental is not shared",
  );
  cabinet.unjam(1, 1);
  await friend.does("retrieve", 1);
  await friend.isShown(fillMessage(messages.opened.retrieve, { n: 1 }));
});

pageTest("refusals are explained: full, the limit, out of use, offline", async (scene) => {
  const cells = ["S", "M"].map((size, index) => ({ cell: index + 1, board: 1, channel: index + 1, size }));
  const rules = { rentalsPerGuest: 1 };
  const cabinet = await scene.cabinet({}, { ...storage, cells, rules });
  const [phone, other] = [await scene.visitor(), await scene.visitor()];
  await phone.does("store", "M");
  await phone.sees('[data-rental="2"]');
  await phone.does("store", "S");
  await phone.isShown(messages.reasons.limit);
  await phone.sees('[data-size="S"][aria-disabled="true"] .sub', zh.store.limit);
  await other.sees('[data-size="M"][aria-disabled="true"] .sub', zh.store.full);
  await other.does("store", "M");
  await other.isShown(messages.refusals["size-full"]);
  await other.does("store", "S");
  await other.sees('[data-rental="1"]');
  const late = await scene.visitor();
  await late.does("store", "S");
  await late.isShown(messages.refusals.full);
  cabinet.drop({ awayMs: Infinity });
  await phone.sees("#connection", zh.connection["cabinet-offline"].title);
  await phone.does("take", 2);
  await phone.isShown(messages.refusals["cabinet-offline"]);
  await phone.enters("12345678");
  await phone.isShown(messages.refusals["cabinet-offline"]);
  equal(late.sentOf("store").length + phone.sentOf("retrieve").length + phone.sentOf("pickup").length, 0);
});

pageTest(
  "everything works by keyboard: storing, sharing, taking out, a code, help, the account",
  async (scene) => {
    const cabinet = await scene.cabinet({}, {
      ...storage,
      layout: { columns: [range(1, 12), range(13, 24)] },
    });
    const phone = await scene.visitor();
    await phone.tabTo('[data-size=""]');
    await phone.page.keyboard.press("Enter");
    await phone.sees('[data-rental="1"]');
    await phone.tabTo('[data-name="share"]');
    await phone.page.keyboard.press("Space");
    await phone.sees(".digits");
    cabinet.closeDoor(1, 1);
    await phone.sees('[data-rental="1"]:not(:has(.strip))');
    await phone.tabTo('[data-name="take"]');
    await phone.page.keyboard.press("Enter");
    await phone.tabTo('dialog [data-name="retrieve"]');
    await phone.page.keyboard.press("Enter");
    await phone.sees('[data-rental="1"][data-state="returning"]');
    await phone.tabTo("#code");
    await phone.page.keyboard.type("1234567");
    await phone.page.keyboard.press("Enter");
    await phone.isShown(fillMessage(messages.fewDigits, { k: 7 }));
    await phone.tabTo(".wall-box");
    await phone.tabTo(".list > .help summary");
    await phone.page.keyboard.press("Enter");
    await phone.sees(".list > .help li", zh.help.steps[0]);
    await phone.tabTo(".me summary");
    await phone.page.keyboard.press("Enter");
    await phone.tabTo('[data-name="want-removal"]');
    await phone.page.keyboard.press("Enter");
    await phone.tabTo('.me [data-name="keep"]');
    await phone.page.keyboard.press("Enter");
    await phone.sees('[data-name="want-removal"]');
    equal(cabinet.pulses.length, 2);
  },
);

pageTest("an impatient person who taps three times gets one cell", async (scene) => {
  const cabinet = await scene.cabinet({}, storage);
  const phone = await scene.visitor();
  await phone.look("for (let tap = 0; tap < 3; tap++) document.querySelector('[data-size]').click()");
  await phone.sees('[data-rental="1"]');
  equal(phone.sentOf("store").length, 1);
  equal(cabinet.pulses.length, 1);
  ok(await isCalm(phone));
});

/** Whether no tap waits for its answer. */
async function isCalm(phone: Phone): Promise<boolean> {
  return await phone.page.locator('[aria-busy="true"]').count() === 0;
}

/** The kinds of the commands in the journal, oldest first. */
function commands(folder: string): unknown[] {
  return query(folder, "select command from commands order by requested_at").map(({ command }) => command);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

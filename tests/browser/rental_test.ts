/**
 * A person's rental, which no single tap gives away: the page asks before it is given back, it can be kept after all and
 * recovered on another phone, and the page never shows it as the person's when it is not.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { api } from "../../testing/api.ts";
import { query } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import type { Phone } from "../../testing/browser/browser.ts";
import { fillMessage, pageTest, zh } from "../../testing/browser/case.ts";
import { CABINET, type Scene } from "../../testing/browser/scene.ts";
import { claims } from "../../testing/browser/stories.ts";

const storage = { mode: "storage" };
const { messages, me, mine } = zh;

/** A guest who has stored something in cell 1 and shut its door. */
async function stored(scene: Scene, description: Record<string, unknown> = {}) {
  const cabinet = await scene.cabinet({}, { ...storage, ...description });
  const phone = await scene.visitor();
  await phone.does("store");
  await phone.sees('[data-rental="1"]');
  cabinet.closeDoor(1, 1);
  await phone.isShown(fillMessage(messages.doorClosed.storage, { n: 1 }));
  return { cabinet, phone };
}

/** The element with the focus. */
function focused(phone: Phone): Promise<string> {
  return phone.look("document.activeElement.dataset.name ?? document.activeElement.tagName");
}

pageTest(
  "right after storing the page asks to shut the door, and no main button gives the cell away",
  async (scene) => {
    const cabinet = await scene.cabinet({}, storage);
    const phone = await scene.visitor();
    await phone.does("store");
    await phone.sees('[data-rental="1"] .strip strong', fillMessage(messages.opened.store, { n: 1 }).title);
    equal(await phone.page.locator('[data-rental="1"] .primary').count(), 0);
    equal(await phone.page.locator('[data-rental="1"] [data-name="retrieve"]').count(), 0);
    await phone.page.reload();
    await phone.sees('[data-rental="1"] .strip strong', mine.doorOpen.title);
    equal(await phone.page.locator('[data-rental="1"] .primary').count(), 0);
    cabinet.closeDoor(1, 1);
    await phone.sees('[data-rental="1"] .primary[data-name="take"]');
  },
);

pageTest(
  "closing the dialog, by Escape, the cross, a tap beside it or a reload, changes nothing",
  async (scene) => {
    const { cabinet, phone } = await stored(scene);
    const isShut = () => until(async () => await phone.page.locator("dialog").count() === 0);
    await phone.tabTo('[data-name="take"]');
    await phone.page.keyboard.press("Enter");
    await phone.sees(
      "dialog[open] h2",
      fillMessage({ title: zh.takeDialog.title, next: "" }, { n: 1 }).title,
    );
    equal(
      await phone.look("document.querySelector('dialog').matches(':modal')"),
      true,
      "nothing else can be reached",
    );
    equal(await focused(phone), "close");
    const reached = new Set<string>();
    for (let keys = 0; keys < 6; keys++) {
      await phone.page.keyboard.press("Tab");
      reached.add(await focused(phone));
    }
    reached.delete("BODY");
    deepEqual([...reached].sort(), ["close", "reopen", "retrieve"], "the keyboard stays inside");
    await phone.page.keyboard.press("Escape");
    await isShut();
    equal(await focused(phone), "take", "and goes back to where it was");

    await phone.does("take", 1);
    await phone.page.locator('dialog [data-name="close"]').tap();
    await isShut();
    await phone.does("take", 1);
    await phone.sees("dialog[open]");
    await phone.page.touchscreen.tap(200, 40);
    await isShut();
    await phone.does("take", 1);
    await phone.sees("dialog[open]");
    await phone.page.reload();
    await phone.ready();
    await phone.sees('[data-rental="1"][data-state="held"]');
    equal(await phone.page.locator("dialog").count(), 0);
    equal(cabinet.pulseCount(1, 1), 1);
    deepEqual(query(scene.folder, "select command from commands").length, 1);
  },
);

pageTest("the dialog closes when its rental ends", async (scene) => {
  const { phone } = await stored(scene);
  await phone.does("take", 1);
  await phone.sees("dialog[open]");
  await endByOperator(scene);
  await until(async () => await phone.page.locator("dialog").count() === 0);
});

pageTest(
  "a cell that was given back by mistake is kept: before its door is shut, and after",
  async (scene) => {
    const { cabinet, phone } = await stored(scene, { cells: { count: 1 } });
    await phone.takes("retrieve", 1);
    await phone.sees('[data-rental="1"][data-state="returning"]');
    await phone.does("keep", 1);
    await phone.sees('[data-rental="1"][data-state="held"]');
    cabinet.closeDoor(1, 1);
    await phone.sees('[data-rental="1"][data-state="held"]:not(:has(.strip)) .primary[data-name="take"]');

    await phone.takes("retrieve", 1);
    await phone.sees('[data-rental="1"][data-state="returning"]');
    cabinet.closeDoor(1, 1);
    await phone.sees('[data-rental="1"][data-state="ended"]');
    await phone.does("keep", 1);
    await phone.isShown(fillMessage(messages.kept, { n: 1 }));
    await phone.sees('[data-rental="1"][data-state="held"]');
    equal(cabinet.pulseCount(1, 1), 3, "keeping opens no door");

    await phone.takes("retrieve", 1);
    await phone.sees('[data-rental="1"][data-state="returning"]');
    cabinet.closeDoor(1, 1);
    await phone.sees('[data-rental="1"][data-state="ended"]');
    const other = await scene.visitor();
    await other.does("store");
    await other.sees('[data-rental="1"]');
    await phone.does("keep", 1);
    await phone.isShown(messages.reasons.over);
  },
);

pageTest("a rental that the operator ended is not shown as the person's, nor as a success", async (scene) => {
  const cabinet = await scene.cabinet({}, storage);
  const phone = await scene.visitor();
  await phone.does("store");
  await phone.sees('[data-rental="1"] .strip.tone-done');
  await phone.does("share", 1);
  await phone.sees('[data-rental="1"] .digits');
  await endByOperator(scene);
  const over = fillMessage(messages.over.operator, { n: 1 });
  await phone.sees('[data-rental="1"][data-state="ended"] .strip.tone-careful', over.title);
  await phone.isShown(over);
  const card = phone.page.locator('[data-rental="1"]');
  equal(await card.locator(".icon-tick, .tone-done, .tone-good, .digits, .recovery, button").count(), 0);
  equal(await phone.page.locator("#news .icon-tick").count(), 0);
  await phone.page.reload();
  await phone.ready();
  equal(await phone.page.locator(".digits").count(), 0);
  cabinet.closeDoor(1, 1);
});

pageTest("while a friend collects, the owner is told so and cannot give the cell back", async (scene) => {
  const device = await scene.device(storage);
  const [owner, friend] = [await scene.visitor(), await scene.visitor()];
  await owner.does("store");
  await owner.sees('[data-rental="1"] .recovery');
  await device.report(1, false);
  await owner.does("share", 1);
  const code = await owner.page.locator(".digits span").first().innerText();
  device.onOpen = () => undefined;
  device.readsAnswered = false;
  await friend.enters(code);
  const collecting = fillMessage(messages.collecting, { n: 1 });
  // One check for all of it: a board that is silent for that long is disconnected.
  await owner.sees(
    '[data-rental="1"][data-state="held"]:not(:has(.buttons, .digits)) .strip',
    collecting.title,
  );
  device.readsAnswered = true;
  await device.report(1, true);
  await owner.isShown(collecting);
  await owner.sees('[data-rental="1"][data-state="returning"]:not(:has(.buttons)) .strip', collecting.title);
  await friend.sees('[data-rental="1"][data-state="returning"] [data-name="reopen"]');
  await owner.page.reload();
  await owner.sees('[data-rental="1"][data-state="returning"] .strip', collecting.title);
  await device.report(1, false);
  await owner.sees('[data-rental="1"][data-state="ended"]');
});

pageTest(
  "a friend whose door jams does not collect any more, and the owner may give the cell back",
  async (scene) => {
    const { cabinet, phone: owner } = await stored(scene);
    const friend = await scene.visitor();
    await owner.does("share", 1);
    await owner.sees(".digits");
    cabinet.jam(1, 1);
    await friend.enters(await owner.page.locator(".digits span").first().innerText());
    await friend.sees('[data-rental="1"] .help');
    await owner.sees('[data-rental="1"][data-state="held"] [data-name="take"]');
  },
);

pageTest("a guest who rents a cell has no button to sign out, and is told why", async (scene) => {
  const { phone } = await stored(scene);
  await phone.page.locator(".me summary").tap();
  await phone.sees(".me p", me.holding);
  equal(await phone.page.locator('[data-name="want-sign-out"]').count(), 0);
  await phone.visit(CABINET);
  await phone.sees('[data-rental="1"]');
});

pageTest("a guest who rents a cell elsewhere is told why they stay signed in", async (scene) => {
  const { phone } = await stored(scene);
  const { status } = await api(scene.program, "PUT", "/cabinets/other", {
    body: { name: "B", board: "8a", registration: { text: "REG-B" }, mode: "storage", cells: { count: 1 } },
  });
  equal(status, 201);
  await phone.visit("other");
  await phone.page.locator(".me summary").tap();
  await phone.page.locator('[data-name="want-sign-out"]').tap();
  await phone.page.locator('[data-name="sign-out"]').tap();
  await phone.isShown(messages.results.holding);
}, { expected: /409/ });

pageTest(
  "after a lost phone the number and password of the screenshot recover the rental on the next one",
  async (scene) => {
    const { cabinet, phone } = await stored(scene);
    const [number = "", secret = ""] = await phone.page.locator('[data-rental="1"] dd .spoken')
      .allInnerTexts();
    await phone.page.reload();
    await phone.ready();
    equal(await phone.page.locator(".recovery").count(), 0, "not shown after a reload");
    await phone.does("recovery", 1);
    await phone.sees(".recovery dd");
    deepEqual(await phone.page.locator('[data-rental="1"] dd .spoken').allInnerTexts(), [number, secret]);

    const next = await scene.visitor();
    await claims(next, { number, secret: "1234" });
    await next.isShown(messages.results["not-eight-digits"]);
    await next.page.locator('.claim [name="secret"]').fill("0000 0000");
    await next.page.locator(".claim button").tap();
    await next.sees(".claim .strip", messages.errors["wrong-code"].title);
    await next.page.locator('.claim [name="secret"]').fill(secret);
    await next.page.locator(".claim button").tap();
    await next.isShown(fillMessage(messages.claimed, { n: 1 }));
    await phone.isShown(fillMessage(messages.over.moved, { n: 1 }));
    await phone.sees('[data-rental="1"][data-state="ended"]:not(:has(.buttons))');
    await next.takes("retrieve", 1);
    await next.sees('[data-rental="1"][data-state="returning"]');
    cabinet.closeDoor(1, 1);
    await next.sees('[data-rental="1"][data-state="ended"]');
  },
  { expected: /WebSocket connection|401/ },
);

/** Ends the only rental. */
async function endByOperator(scene: Scene): Promise<void> {
  const { body } = await api(scene.program, "GET", `/rentals?cabinet=${CABINET}&state=held`);
  const { status } = await api(scene.program, "POST", `/rentals/${body.items[0].id}/end`, { body: {} });
  equal(status, 200);
}

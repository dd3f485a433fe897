/**
 * Assigned cells, as their people see them.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { api } from "../../testing/api.ts";
import { fillMessage, pageTest, zh } from "../../testing/browser/case.ts";
import { CABINET } from "../../testing/browser/scene.ts";
import { permit } from "../../testing/browser/stories.ts";

const assigned = { mode: "assigned" };
const { messages } = zh;

pageTest("a person without a cell is told whom to ask, with the number to tell them", async (scene) => {
  await scene.cabinet({}, assigned);
  const phone = await scene.visitor();
  await phone.sees(".nothing strong", zh.permits.none.title);
  const id = await phone.page.locator(".nothing code").innerText();
  await phone.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await phone.page.locator('[data-name="copy-id"]').tap();
  await phone.isShown(messages.results.copied);
  equal(await phone.look("navigator.clipboard.readText()"), id);
  equal(await phone.page.locator("[data-cell]").count(), 0);
});

pageTest("a person's own cells are buttons, and are marked in the drawing", async (scene) => {
  const cabinet = await scene.cabinet({}, assigned);
  const [phone, other] = [await scene.visitor(), await scene.visitor()];
  await permit(scene, phone, { cells: [3, 14] });
  await phone.sees('[data-cell="14"]');
  deepEqual(await phone.page.locator("[data-cell] .number").allTextContents(), ["3 号柜", "14 号柜"]);
  deepEqual(await phone.page.locator("#wall .wall .mark-mine").allTextContents(), ["3", "14"]);
  await phone.tap(14);
  await phone.isShown(fillMessage(messages.opened.open, { n: 14 }));
  equal(cabinet.pulseCount(1, 14), 1);
  equal(await other.page.locator("[data-cell]").count(), 0);
});

pageTest(
  "a permit of all cells shows the whole cabinet, and a removed permit goes at once",
  async (scene) => {
    await scene.cabinet({}, assigned);
    const phone = await scene.visitor();
    await permit(scene, phone, { cells: "all" });
    await phone.sees('[data-cell="24"]');
    equal(await phone.page.locator("[data-cell]").count(), 24);
    const { body: { items: [{ id }] } } = await api(scene.program, "GET", `/cabinets/${CABINET}/permits`);
    equal((await api(scene.program, "DELETE", `/permits/${id}`)).status, 204);
    await phone.sees(".nothing");
  },
);

pageTest("a permit for later says when it begins", async (scene) => {
  await scene.cabinet({}, assigned);
  const phone = await scene.visitor();
  await permit(scene, phone, { cells: [5], from: new Date(Date.now() + 36 * 3_600_000).toISOString() });
  await phone.sees(".later", /5 号柜/);
  equal(await phone.page.locator("[data-cell]").count(), 0);
});

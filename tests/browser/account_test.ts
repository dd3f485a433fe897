/**
 * What a person does besides opening doors: signs out, removes their data, scans another cabinet.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { putCabinet } from "../../testing/api.ts";
import { guestCookie } from "../../testing/page.ts";
import { query } from "../../testing/program.ts";
import type { Phone } from "../../testing/browser/browser.ts";
import { pageTest, zh } from "../../testing/browser/case.ts";
import { CABINET, type Scene } from "../../testing/browser/scene.ts";

const { me, messages } = zh;

pageTest("a guest who signs out sees that, and comes back as a new guest", async (scene) => {
  await scene.cabinet();
  const phone = await scene.visitor();
  const before = await phone.page.locator(".header p").innerText();
  await phone.page.locator(".me summary").tap();
  await phone.page.locator('[data-name="want-sign-out"]').tap();
  await phone.sees(".me p", me.lost.guest);
  await phone.page.locator('[data-name="sign-out"]').tap();
  await phone.sees(".notice h1", me.signedOut.guest.title);
  deepEqual(await phone.page.context().cookies(), []);
  await phone.page.locator("a", { hasText: me.enter }).tap();
  await phone.ready();
  equal(await phone.page.locator(".header p").innerText() === before, false);
});

pageTest(
  "a person's data is removed by a second tap, once they have given back the last cell",
  async (scene) => {
    const cabinet = await scene.cabinet({}, { mode: "storage" });
    const phone = await scene.visitor();
    await phone.does("store");
    await phone.sees('[data-rental="1"]');
    await phone.page.locator(".me summary").tap();
    await phone.page.locator('[data-name="want-removal"]').tap();
    await phone.sees(".me p", me.note);
    await phone.page.locator('[data-name="remove"]').tap();
    await phone.isShown(messages.results.leaving);
    cabinet.closeDoor(1, 1);
    const other = await scene.visitor();
    await other.page.locator(".me summary").tap();
    await other.page.locator('[data-name="want-removal"]').tap();
    await other.page.locator('[data-name="remove"]').tap();
    await other.sees(".notice h1", me.removed.title);
    deepEqual(await other.page.context().cookies(), []);
  },
);

pageTest("outside of WeChat there is no scanner, and no request to other hosts", async (scene) => {
  await scene.cabinet();
  const phone = await scene.visitor();
  equal(await phone.page.locator('[data-name="scan"]').count(), 0);
  deepEqual(phone.complaints, []);
});

const wechat = {
  PUBLIC_URL: "https://box.example",
  WECHAT_APP_ID: "wx0123456789abcdef",
  WECHAT_APP_SECRET: "0123456789abcdef0123456789abcdef",
};

/**
 * Allowed complaints: WeChat's script comes from another host; and the socket is refused, because the browser here uses
 * http, while the public address has https.
 */
const FOREIGN = "foreign host: https://res\\.wx\\.qq\\.com/| 403";

pageTest(
  "a person scans another cabinet with WeChat, whose script is loaded for that only",
  async (scene) => {
    await putCabinet(scene.program, "other", { name: "Garage" });
    const { phone, scripts } = await inWechat(scene, "ORIGIN/c/other");
    deepEqual(scripts, []);
    await phone.page.locator('[data-name="scan"]').tap();
    await phone.sees("h1", "Garage");
    deepEqual(scripts, ["https://res.wx.qq.com/open/js/jweixin-1.6.0.js"]);
    match(phone.page.url(), /\/c\/other$/);
  },
  { env: wechat, expected: new RegExp(FOREIGN) },
);

pageTest("a code that is not the service's leads nowhere", async (scene) => {
  const { phone } = await inWechat(scene, "https://elsewhere.example/c/other");
  await phone.page.locator('[data-name="scan"]').tap();
  await phone.isShown(messages.results["scan-foreign"]);
  match(phone.page.url(), new RegExp(`/c/${CABINET}$`));
}, { env: wechat, expected: new RegExp(FOREIGN) });

pageTest("if WeChat's script does not load, the person is told how to scan", async (scene) => {
  const { phone } = await inWechat(scene, undefined);
  await phone.page.locator('[data-name="scan"]').tap();
  await phone.isShown(messages.results["scan-failed"]);
}, { env: wechat, expected: new RegExp(`${FOREIGN}|ERR_FAILED`) });

/**
 * A guest at the cabinet in WeChat, whose script scans this text at once; `undefined`: the script does not load. `ORIGIN`
 * in the text is replaced by the service's address.
 */
async function inWechat(
  scene: Scene,
  scanned: string | undefined,
): Promise<{ phone: Phone; scripts: string[] }> {
  const { url } = scene.program;
  await putCabinet(scene.program, CABINET);
  const phone = await scene.phone();
  const scripts: string[] = [];
  const [name = "", value = ""] = (await guestCookie(scene.program, CABINET)).split("=");
  // The browser uses http here, where only the name without prefix works.
  await phone.page.context().addCookies([{ name: name.replace(/^__Host-/, ""), value, url }]);
  const json = { appId: "wx", timestamp: 1, nonceStr: "n", signature: "s" };
  await phone.page.route("**/wechat/js-sdk?*", (route) => route.fulfill({ json }));
  await phone.page.route("https://res.wx.qq.com/**", async (route) => {
    scripts.push(route.request().url());
    if (scanned === undefined) return await route.abort();
    const resultStr = JSON.stringify(scanned.replace("ORIGIN", url));
    await route.fulfill({
      contentType: "text/javascript",
      body: `globalThis.wx = {
        config() {}, ready(callback) { callback(); }, error() {},
        scanQRCode({ success }) { success({ resultStr: ${resultStr} }); },
      };`,
    });
  });
  await phone.visit(CABINET);
  await phone.sees('[data-name="scan"]');
  equal(query(scene.folder, "select count(*) as n from people")[0]?.["n"], 1);
  return { phone, scripts };
}

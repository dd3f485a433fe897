/**
 * The whole way in WeChat: a person scans the code on the cabinet, signs in with WeChat, stores while the page is hidden,
 * opens again and shares, and another person takes out.
 *
 * @module
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { query } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { freePort } from "../../testing/servers/ports.ts";
import { userAgentOf } from "../../testing/wechat/people.ts";
import { FakeWechat } from "../../testing/wechat/fake_wechat.ts";
import { ALICE, APP, BOB } from "../../testing/wechat_rig.ts";
import type { Phone } from "../../testing/browser/browser.ts";
import { en, fillMessage, pageTest, zh } from "../../testing/browser/case.ts";
import { CABINET, type Scene } from "../../testing/browser/scene.ts";

/** The addresses of both servers, which each has to know before the other starts. */
const [port, wechatPort] = [freePort(), freePort()];
const service = `http://127.0.0.1:${port}`;
const wechatUrl = `http://127.0.0.1:${wechatPort}`;
const env = {
  PORT: String(port),
  PUBLIC_URL: service,
  GUEST_LOGIN: "0",
  WECHAT_APP_ID: APP.appId,
  WECHAT_APP_SECRET: APP.appSecret,
  WECHAT_API_URL: wechatUrl,
  WECHAT_OPEN_URL: wechatUrl,
};
/** The only hosts that people are sent to or get a script from. */
const WECHAT_HOSTS = new RegExp(`^foreign host: (${wechatUrl}/connect/|https://res\\.wx\\.qq\\.com/)`);
const { messages } = zh;

function wechatTest(
  name: string,
  run: (scene: Scene, wechat: FakeWechat) => Promise<void>,
  expected = WECHAT_HOSTS,
) {
  pageTest(name, async (scene) => {
    await using wechat = await FakeWechat.start({ ...APP, port: wechatPort });
    wechat.people.set("alice", ALICE).set("bob", BOB);
    await run(scene, wechat);
  }, { env, expected });
}

/** A person who has scanned the cabinet's code. */
async function arrives(scene: Scene, name: string, locale = "zh-CN"): Promise<Phone> {
  const phone = await scene.phone({ userAgent: userAgentOf(name), locale });
  equal((await phone.visit(CABINET)).status(), 200);
  equal(phone.page.url(), `${service}/c/${CABINET}#`, "an address that can be loaded again");
  await phone.ready();
  return phone;
}

wechatTest(
  "a person scans, stores while the page is hidden, reopens and shares, and another one takes out",
  async (scene) => {
    const device = await scene.device({ mode: "storage" });
    const answer = device.onOpen;
    const alice = await arrives(scene, "alice");
    device.onOpen = () => undefined;
    await alice.does("store");
    await until(() => device.opens.length === 1);
    await alice.show(false);
    await alice.page.context().setOffline(true);
    await alice.sees('main[data-connection="offline-browser"]');
    await alice.page.context().setOffline(false);
    await alice.show(true);
    await until(() => alice.sentOf("store").length >= 2);
    device.onOpen = answer;
    await device.report(1, true);
    await alice.sees('[data-rental="1"][data-state="held"]');
    equal(new Set(alice.sentOf("store").map(({ id }) => id)).size, 1, "the same tap is asked again");
    await device.report(1, false);
    await alice.takes("reopen", 1);
    await until(() => device.opens.length === 2);
    await alice.isShown(fillMessage(messages.opened.reopen, { n: 1 }));
    await device.report(1, false);
    await alice.isShown(fillMessage(messages.doorClosed.storage, { n: 1 }));

    await alice.does("share", 1);
    const code = await alice.page.locator(".digits span").first().innerText();
    match(code, /^\d{4} \d{4}$/);
    const bob = await arrives(scene, "bob", "en-US");
    await bob.enters(code);
    await bob.sees('[data-rental="1"][data-state="returning"]');
    await bob.isShown(fillMessage(en.messages.opened.pickup, { n: 1 }));
    await device.report(1, false);
    await alice.sees('[data-rental="1"][data-state="ended"]');
    equal(device.opens.length, 3, "a pulse for each tap");
    deepEqual(
      query<{ command: string }>(scene.folder, "select command from commands order by requested_at").map((
        { command },
      ) => command),
      ["store", "reopen", "pickup"],
    );
    equal(query(scene.folder, "select * from people").length, 2);
    const cookies = JSON.stringify(await alice.page.context().cookies());
    ok(!(await alice.page.content() + alice.page.url() + cookies).includes(ALICE.openid));
  },
  new RegExp(`${WECHAT_HOSTS.source}|ERR_INTERNET_DISCONNECTED`),
);

wechatTest(
  "the scanner is configured for this page, and its code leads to the next cabinet",
  async (scene, wechat) => {
    await scene.cabinet();
    const alice = await arrives(scene, "alice");
    await alice.page.route(
      "https://res.wx.qq.com/**",
      (route) => route.fulfill({ contentType: "text/javascript", body: wechat.jweixinScript() }),
    );
    let verdict = "";
    await alice.page.exposeFunction(
      "__wxVerify",
      (config: Parameters<FakeWechat["verifyJsConfig"]>[0], url: string) => {
        verdict = wechat.verifyJsConfig(config, url);
        return verdict;
      },
    );
    await alice.look(`void (window.__wxScanResult = "${service}/c/nowhere")`);
    await alice.page.locator('[data-name="scan"]').tap();
    await alice.page.waitForURL(`${service}/c/nowhere`);
    equal(verdict, "config:ok");
  },
  new RegExp(`${WECHAT_HOSTS.source}|status of 404`),
);

import { deepEqual, equal } from "node:assert/strict";
import { createContext, runInContext } from "node:vm";
import { until } from "../../testing/until.ts";
import { APP, get, globalToken, type Json, MINI, started } from "../../testing/wechat/rig.ts";
import { jsSignature } from "../../testing/wechat/api/js_sdk.ts";
import { userAgentOf } from "../../testing/wechat/people.ts";
import type { FakeWechat } from "../../testing/wechat/fake_wechat.ts";

const HOUR_MS = 60 * 60_000;
const PAGE = "http://127.0.0.1:8080/c/cab?x=1";

/** The example of WeChat's documentation. */
const VECTOR = {
  ticket: "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg",
  nonceStr: "Wm3WZYTPz0wzccnW",
  timestamp: 1414587457,
  pageUrl: "http://mp.weixin.qq.com?params=value",
};

async function configOf(wechat: FakeWechat, pageUrl: string) {
  const query = { access_token: await globalToken(wechat), type: "jsapi" };
  const { ticket } = await get(wechat, "/cgi-bin/ticket/getticket", query);
  const { nonceStr, timestamp } = VECTOR;
  const signature = jsSignature({ ticket, nonceStr, timestamp, pageUrl });
  return { appId: APP.appId, nonceStr, timestamp, signature };
}

Deno.test("jsSignature() equals WeChat's example, with and without a fragment", () => {
  equal(jsSignature(VECTOR), "0f9de62fce790f9a083d5c99e95740ceb90c27ed");
  equal(
    jsSignature({ ...VECTOR, pageUrl: `${VECTOR.pageUrl}#a` }),
    "0f9de62fce790f9a083d5c99e95740ceb90c27ed",
  );
});

Deno.test("verifyJsConfig() returns what wx.config would", async () => {
  await using wechat = await started();
  const config = await configOf(wechat, PAGE);
  equal(wechat.verifyJsConfig(config, PAGE), "config:ok");
  equal(wechat.verifyJsConfig(config, `${PAGE}#top`), "config:ok");
  equal(wechat.verifyJsConfig(config, `${PAGE}&y=2`), "config:invalid signature");
  equal(wechat.verifyJsConfig({ ...config, appId: MINI.appId }, PAGE), "config:invalid appid");
  equal(wechat.verifyJsConfig(config, "https://elsewhere.example/"), "config:invalid url domain");
  wechat.age(2 * HOUR_MS);
  equal(wechat.verifyJsConfig(config, PAGE), "config:invalid signature");
});

/** A page in which the script runs. */
function pageWith(wechat: FakeWechat, more: Json = {}): Json {
  const page = createContext({
    setTimeout,
    location: { href: PAGE },
    navigator: { userAgent: userAgentOf("alice") },
    ...more,
  });
  runInContext(wechat.jweixinScript(), page);
  return page;
}

Deno.test("jweixinScript() scans once the page is verified", async () => {
  await using wechat = await started();
  const events: string[] = [];
  const page = pageWith(wechat, {
    __wxVerify: wechat.verifyJsConfig.bind(wechat),
    __wxScanResult: "http://127.0.0.1/c/cab",
  });
  const options = {
    needResult: 1,
    scanType: ["qrCode"],
    complete: (result: Json) => events.push(JSON.stringify(result)),
  };
  page["wx"].scanQRCode(options);
  page["wx"].ready(() => page["wx"].scanQRCode(options));
  page["wx"].config({ ...await configOf(wechat, PAGE), jsApiList: ["scanQRCode"] });
  await until(() => events.length === 2, { saw: () => events });
  deepEqual(events, [
    '{"errMsg":"scanQRCode:permission denied"}',
    '{"resultStr":"http://127.0.0.1/c/cab","errMsg":"scanQRCode:ok"}',
  ]);
});

Deno.test("jweixinScript() calls the page's error handler for the signature of another page", async () => {
  await using wechat = await started();
  const events: string[] = [];
  const page = pageWith(wechat, {
    __wxVerify: wechat.verifyJsConfig.bind(wechat),
    __wxEntryUrl: "http://127.0.0.1:8080/entered/here",
  });
  page["wx"].ready(() => events.push("ready"));
  page["wx"].error(({ errMsg }: Json) => events.push(errMsg));
  page["wx"].config({ ...await configOf(wechat, PAGE), jsApiList: ["scanQRCode"] });
  await until(() => events.length > 1);
  deepEqual(events.splice(0), ["config:invalid signature", "ready"], "WeChat's own script calls both");
  page["wx"].checkJsApi({
    jsApiList: ["scanQRCode", "x"],
    success: (r: Json) => events.push(JSON.stringify(r["checkResult"])),
  });
  await until(() => events.length > 0);
  equal(events[0], '{"scanQRCode":true,"x":false}');
});

Deno.test("jweixinScript() lets the person cancel the scan", async () => {
  await using wechat = await started();
  const events: string[] = [];
  const page = pageWith(wechat);
  page["wx"].config({ appId: "a", timestamp: 1, nonceStr: "n", signature: "s", jsApiList: ["scanQRCode"] });
  page["wx"].ready(() =>
    page["wx"].scanQRCode({
      needResult: 1,
      success: () => events.push("success"),
      cancel: () => events.push("cancel"),
    })
  );
  await until(() => events.length > 0);
  deepEqual([events, page["__wxConfig"].signature], [["cancel"], "s"]);
});

import assert from "node:assert/strict";
import { FakeClock } from "../../testing/rigs/page.ts";
import { cabinetPath, scanner, type ScanOptions, type WeChatSdk } from "./scan.ts";
import { scanReadyMs } from "./times.ts";

const permissions = "none";
const url = "https://box.example/c/lobby-a?x=1#top";
const config = { appId: "wx1", timestamp: 1, nonceStr: "n", signature: "s" };

/** WeChat's script, as the page uses it. */
class FakeWechat {
  readonly clock = new FakeClock();
  readonly asked: string[] = [];
  readonly loaded: string[] = [];
  configured: Record<string, unknown> = {};
  accepts = true;
  status = 200;
  scanned: "cancel" | "fail" | string = "https://box.example/c/lobby-b";
  #wx: WeChatSdk | undefined;

  options(but: Partial<ScanOptions> = {}): ScanOptions {
    return {
      url,
      clock: this.clock,
      wx: () => this.#wx,
      loadScript: (address) => {
        this.loaded.push(address);
        this.#wx = this.#sdk();
        return Promise.resolve();
      },
      fetch: (address) => {
        this.asked.push(address);
        return Promise.resolve(Response.json({ ...config, more: "x" }, { status: this.status }));
      },
      ...but,
    };
  }

  #sdk(): WeChatSdk {
    return {
      config: (options) => this.configured = options,
      ready: (callback) => this.accepts && callback(),
      error: (callback) => !this.accepts && callback({ errMsg: "config:invalid signature" }),
      scanQRCode: ({ success, fail, cancel }) => {
        if (this.scanned === "cancel") cancel();
        else if (this.scanned === "fail") fail({});
        else success({ resultStr: this.scanned });
      },
    };
  }
}

Deno.test({
  name: "scanner() loads WeChat's script at the first scan, and once",
  permissions,
  async fn() {
    const wechat = new FakeWechat();
    const scan = scanner(wechat.options());
    assert.deepEqual(wechat.loaded, []);
    assert.deepEqual(await scan(), { kind: "cabinet", path: "/c/lobby-b" });
    wechat.scanned = "https://elsewhere.example/c/lobby-b";
    assert.deepEqual(await scan(), { kind: "foreign" });
    assert.deepEqual(wechat.loaded, ["https://res.wx.qq.com/open/js/jweixin-1.6.0.js"]);
    assert.deepEqual(wechat.asked, [
      `/wechat/js-sdk?url=${encodeURIComponent("https://box.example/c/lobby-a?x=1")}`,
    ]);
    assert.deepEqual(wechat.configured, { debug: false, ...config, jsApiList: ["scanQRCode"] });
  },
});

Deno.test({
  name: "scanner() distinguishes a cancelled scan from a failed one",
  permissions,
  async fn() {
    const wechat = new FakeWechat();
    const scan = scanner(wechat.options());
    wechat.scanned = "cancel";
    assert.deepEqual(await scan(), { kind: "cancelled" });
    wechat.scanned = "fail";
    assert.deepEqual(await scan(), { kind: "failed" });
  },
});

Deno.test({
  name:
    "scanner() fails when WeChat refuses, the server signs nothing or the script is blocked, and then tries again",
  permissions,
  async fn() {
    const wechat = new FakeWechat();
    const scan = scanner(wechat.options());
    wechat.accepts = false;
    assert.deepEqual(await scan(), { kind: "failed" });
    wechat.accepts = true;
    wechat.status = 503;
    assert.deepEqual(await scan(), { kind: "failed" });
    wechat.status = 200;
    assert.deepEqual(await scan(), { kind: "cabinet", path: "/c/lobby-b" });
    const blocked = scanner(
      wechat.options({ wx: () => undefined, loadScript: () => Promise.reject(new Error()) }),
    );
    assert.deepEqual(await blocked(), { kind: "failed" });
  },
});

Deno.test({
  name: "scanner() does not wait for ever",
  permissions,
  async fn() {
    const wechat = new FakeWechat();
    const scanned = scanner(
      wechat.options({ wx: () => undefined, loadScript: () => new Promise(() => {}) }),
    )();
    wechat.clock.pass(scanReadyMs);
    assert.deepEqual(await scanned, { kind: "failed" });
  },
});

Deno.test({
  name: "cabinetPath() returns a path for the service's own cabinets only",
  permissions,
  fn() {
    const origin = "https://box.example";
    for (const path of ["/c/a.b-1_2?from=x#y", "/c/a.b-1_2/", "//c/a.b-1_2", "/c//a.b-1_2//?x"]) {
      assert.equal(cabinetPath(`https://box.example${path}`, origin), "/c/a.b-1_2", path);
    }
    const foreign = [
      "https://box.example.evil/c/a",
      "http://box.example/c/a",
      "https://box.example:444/c/a",
      "https://box.example/c/",
      "https://box.example/c/a/in",
      "https://box.example/c/..%2fme",
      "https://box.example/me/remove",
      "javascript:alert(1)//https://box.example/c/a",
      "undefined",
      "",
    ];
    for (const text of foreign) assert.equal(cabinetPath(text, origin), undefined, text);
  },
});

import { equal, notEqual } from "node:assert/strict";
import { signJsSdk } from "./js_sdk.ts";

/** From WeChat's documentation of the JS-SDK. */
const PAGE = {
  ticket: "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg",
  nonce: "Wm3WZYTPz0wzccnW",
  timestamp: 1414587457,
  url: "http://mp.weixin.qq.com?params=value",
};
const SIGNATURE = "0f9de62fce790f9a083d5c99e95740ceb90c27ed";

function pure(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

pure("signJsSdk() signs as WeChat's documentation does", () => {
  equal(signJsSdk(PAGE), SIGNATURE);
});

pure("signJsSdk() does not sign the part from # on", () => {
  equal(signJsSdk({ ...PAGE, url: `${PAGE.url}#/door/7#x` }), SIGNATURE);
  notEqual(signJsSdk({ ...PAGE, url: `${PAGE.url}&x` }), SIGNATURE);
});

/**
 * In place of `jweixin-1.6.0.js`: the parts of WeChat's JS-SDK that the page uses. A test may set before it
 *
 * - `__wxVerify(config, pageUrl)`, which returns the result of the configuration, or a promise of it;
 *   without it every configuration is valid
 * - `__wxEntryUrl`, the address that the signature has to cover; on iOS the one by which the person entered the site
 * - `__wxScanResult`, the text of the code in front of the camera; without it the person cancels
 *
 * and finds the page's configuration in `__wxConfig`, and its calls in `__wxCalls`.
 */
(() => {
  const APIS = ["checkJsApi", "scanQRCode"];
  const NEEDED = ["appId", "timestamp", "nonceStr", "signature", "jsApiList"];
  const SCANNABLE = ["qrCode", "barCode"];
  const calls = globalThis.__wxCalls = [];
  const onReady = [];
  let onError;
  /** 0: not verified yet; 1: verified; -1: not valid, and no callback was called yet. */
  let state = 0;
  let result;
  let allowed = [];

  const end = (name, options, result) => {
    const { errMsg } = result;
    const word = errMsg.endsWith(":ok") ? "success" : errMsg.endsWith(":cancel") ? "cancel" : "fail";
    calls.push({ name, errMsg });
    // As in WeChat, never before the call has returned.
    setTimeout(() => {
      options[word]?.(result);
      options.complete?.(result);
    });
  };

  const judge = async (config) => {
    if (NEEDED.some((key) => !config[key])) return "config:fail";
    const verify = globalThis.__wxVerify ?? (() => "config:ok");
    return await verify(config, globalThis.__wxEntryUrl ?? location.href);
  };

  globalThis.wx = globalThis.jWeixin = {
    async config(config) {
      globalThis.__wxConfig = config;
      // Outside WeChat there is nobody to judge.
      if (!/MicroMessenger/.test(navigator.userAgent)) return;
      const errMsg = await judge(config);
      [state, result] = [1, { errMsg }];
      if (errMsg === "config:ok") allowed = config.jsApiList;
      else if (onError) onError(result);
      else state = -1;
      // Not only when it is good: WeChat's own script does so too.
      for (const callback of onReady.splice(0)) callback();
    },
    ready(callback) {
      if (state === 0) onReady.push(callback);
      else callback();
    },
    /** Only the last callback is called. */
    error(callback) {
      if (state === -1) callback(result);
      else onError = callback;
    },
    checkJsApi(options) {
      const checkResult = Object.fromEntries(options.jsApiList.map((name) => [name, APIS.includes(name)]));
      end("checkJsApi", options, { checkResult, errMsg: "checkJsApi:ok" });
    },
    scanQRCode(options = {}) {
      const { needResult = 0, scanType = SCANNABLE } = options;
      const isSound = Array.isArray(scanType) && scanType.every((type) => SCANNABLE.includes(type));
      const resultStr = globalThis.__wxScanResult;
      const finish = (errMsg, more) =>
        end("scanQRCode", options, { ...more, errMsg: `scanQRCode:${errMsg}` });
      if (!allowed.includes("scanQRCode")) finish("permission denied");
      else if (!isSound) finish("fail");
      else if (resultStr === undefined) finish("cancel");
      // Without `needResult` WeChat opens what was scanned by itself.
      else finish("ok", needResult === 1 ? { resultStr } : {});
    },
  };
})();

import { equal } from "node:assert/strict";
import { isWechatBrowser } from "./browser.ts";

const IPHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
const ANDROID =
  "Mozilla/5.0 (Linux; Android 14; 23127PN0CC) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0";
const WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)";
const MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko)";

Deno.test({
  name: "isWechatBrowser() recognizes WeChat on phones, desktops and in mini programs",
  permissions: "none",
  fn() {
    for (
      const userAgent of [
        `${IPHONE} Mobile/15E148 MicroMessenger/8.0.49(0x18003137) NetType/WIFI Language/zh_CN`,
        `${ANDROID} Chrome/126.0 Mobile Safari/537.36 XWEB/1260 MMWEBSDK/2024 MicroMessenger/8.0.50.2701 WeChat/arm64`,
        `${ANDROID} Chrome/107.0 Mobile Safari/537.36 MicroMessenger/8.0.30 miniProgram/wx0123456789abcdef`,
        `${ANDROID} MQQBrowser/6.2 TBS/046317 Mobile Safari/537.36 MicroMessenger/8.0.16.2040(0x28001037)`,
        `${WINDOWS} Chrome/116.0 Safari/537.36 NetType/WIFI MicroMessenger/7.0.20.1781 WindowsWechat(0x63090a13)`,
        `${WINDOWS} Chrome/122.0 MicroMessenger/7.0.20.1781 MiniProgramEnv/Windows WindowsWechat/WMPF`,
        `${MAC} Chrome/107.0 Safari/537.36 MicroMessenger/6.8.0(0x16080000) NetType/WIFI MacWechat/3.8.7`,
        "Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 ArkWeb/4.1.6.1 Mobile MicroMessenger/8.0.6(0xf38006) Weixin",
      ]
    ) {
      equal(isWechatBrowser(userAgent), true, userAgent);
    }
  },
});

Deno.test({
  name: "isWechatBrowser() takes neither WeCom nor another browser for WeChat",
  permissions: "none",
  fn() {
    for (
      const userAgent of [
        `${IPHONE} Mobile/15E148 wxwork/4.1.39 MicroMessenger/7.0.1 Language/zh`,
        `${ANDROID} Chrome/118.0 Mobile Safari/537.36 wxwork/4.1.39 MicroMessenger/7.0.1 Language/zh Lang/zh`,
        `${WINDOWS} Chrome/108.0 Safari/537.36 wxwork/4.1.39 (MicroMessenger/6.2) WindowsWechat MailPlugin_Electron`,
        `${MAC} wxwork/4.1.39 (MicroMessenger/6.2) WeChat/2.0.4`,
        `${ANDROID} Chrome/83.0 Mobile Safari/537.36 wxworklocal/2.7.6 wwlocal/2.7.6 MicroMessenger/7.0.1`,
        `${ANDROID} wwlocal/2.6.1 MicroMessenger/7.0.1`,
        `${ANDROID} MQQBrowser/14.1 Mobile Safari/537.36 QQ/9.0.60.15970 NetType/4G`,
        `${IPHONE} Mobile/15E148 AliApp(AP/10.6.0) AlipayClient/10.6.0`,
        `${IPHONE} Version/17.5 Mobile/15E148 Safari/604.1`,
        "MicroMessengerClient",
        "NotMicroMessenger",
        "",
      ]
    ) {
      equal(isWechatBrowser(userAgent), false, userAgent);
    }
  },
});

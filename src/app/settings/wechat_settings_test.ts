import { deepEqual, equal } from "node:assert/strict";
import { readWechat, type WechatSettings } from "./wechat_settings.ts";

/** What is read, and the mistakes. */
function read(env: Record<string, string>): { settings: WechatSettings | undefined; mistakes: string[] } {
  const mistakes: string[] = [];
  const settings = readWechat((name, parse) => {
    try {
      return env[name] === undefined ? undefined : parse(env[name]);
    } catch (error) {
      mistakes.push(`${name}: ${error instanceof Error ? error.message : error}`);
      return undefined;
    }
  }, (mistake) => mistakes.push(mistake));
  return { settings, mistakes };
}

const APP = { WECHAT_APP_ID: "wx0123456789abcdef", WECHAT_APP_SECRET: "the secret" };

Deno.test({
  name: "readWechat() reads an account, its templates and a mini program",
  permissions: "none",
  fn() {
    const { settings, mistakes } = read({
      ...APP,
      WECHAT_SCOPE: "snsapi_userinfo",
      WECHAT_TOKEN: "token1",
      WECHAT_AES_KEY: "a".repeat(43),
      WECHAT_TEMPLATE_STORED: "Tpl-1_x, cell=character_string1 ,place=thing2,code=character_string3",
      WECHAT_MINI_APP_ID: "wxmini",
      WECHAT_MINI_APP_SECRET: "another",
      WECHAT_PROOFS: "MP_verify_AbC.txt=AbC, x1.txt=0f",
      WECHAT_API_URL: "http://127.0.0.1:9000/",
    });
    deepEqual(mistakes, []);
    deepEqual(settings, {
      account: {
        appId: APP.WECHAT_APP_ID,
        appSecret: APP.WECHAT_APP_SECRET,
        scope: "snsapi_userinfo",
        token: "token1",
        aesKey: "a".repeat(43),
        templates: {
          stored: {
            id: "Tpl-1_x",
            keywords: { cell: "character_string1", place: "thing2", code: "character_string3" },
          },
        },
      },
      mini: { appId: "wxmini", appSecret: "another" },
      proofs: { "MP_verify_AbC.txt": "AbC", "x1.txt": "0f" },
      apiUrl: "http://127.0.0.1:9000",
      openUrl: "https://open.weixin.qq.com",
    });
  },
});

Deno.test({
  name: "readWechat() gives nothing where no app is set, and takes one of the two alone",
  permissions: "none",
  fn() {
    deepEqual(read({}), { settings: undefined, mistakes: [] });
    const { settings } = read({ WECHAT_MINI_APP_ID: "wxmini", WECHAT_MINI_APP_SECRET: "another" });
    equal(settings?.account, undefined);
    equal(settings?.mini?.appId, "wxmini");
    equal(read(APP).settings?.account?.scope, "snsapi_base");
  },
});

Deno.test({
  name: "readWechat() says what is wrong and repeats no secret",
  permissions: "none",
  fn() {
    const wrong: [Record<string, string>, RegExp][] = [
      [{ WECHAT_APP_ID: "wx1" }, /WECHAT_APP_ID: needs WECHAT_APP_SECRET/],
      [{ WECHAT_APP_SECRET: "hunter2" }, /WECHAT_APP_ID: needs WECHAT_APP_SECRET/],
      [{ ...APP, WECHAT_APP_ID: "wx 1" }, /WECHAT_APP_ID: "wx 1" is not an app id/],
      [{ ...APP, WECHAT_SCOPE: "snsapi_login" }, /WECHAT_SCOPE: "snsapi_login"/],
      [{ ...APP, WECHAT_TOKEN: "hunter2!" }, /WECHAT_TOKEN: must have 3 to 32/],
      [{ ...APP, WECHAT_TOKEN: "abc", WECHAT_AES_KEY: "hunter2" }, /WECHAT_AES_KEY: must have 43/],
      [{ ...APP, WECHAT_AES_KEY: "a".repeat(43) }, /WECHAT_AES_KEY: needs WECHAT_TOKEN/],
      [{ WECHAT_TOKEN: "abc" }, /WECHAT_APP_ID: has to be set/],
      [{ ...APP, WECHAT_TEMPLATE_STORED: "T1" }, /names no keywords/],
      [{ ...APP, WECHAT_TEMPLATE_OVERDUE: "T 1,cell=thing1" }, /"T 1" is not a template's id/],
      [{ ...APP, WECHAT_TEMPLATE_PICKED_UP: "T1,colour=thing1" }, /"colour=thing1" is not like/],
      [{ ...APP, WECHAT_PROOFS: "../x.txt=1" }, /WECHAT_PROOFS: "..\/x.txt=1" is not like/],
      [{ ...APP, WECHAT_API_URL: "ftp://x" }, /WECHAT_API_URL: "ftp:\/\/x" is not an http/],
      [{ ...APP, WECHAT_OPEN_URL: "https://x/y" }, /WECHAT_OPEN_URL: "https:\/\/x\/y" has more than a host/],
    ];
    for (const [env, expected] of wrong) {
      const said = read(env).mistakes.join("\n");
      equal(expected.test(said), true, `${JSON.stringify(env)}: ${said}`);
      equal(/hunter2/.test(said), false, said);
    }
  },
});

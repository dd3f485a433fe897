/** WeChat's own browser, on phones, on desktops and in mini programs. */
const WECHAT = /\bMicroMessenger\b/;
/**
 * WeCom (企业微信), also where a company hosts it. Its browser has WeChat's name beside its own, and WeChat's login does
 * not work in it.
 */
const WECOM = /wxwork|wwlocal/i;

/** Whether it is WeChat's browser: only there can a person sign in with WeChat. */
export function isWechatBrowser(userAgent: string): boolean {
  return WECHAT.test(userAgent) && !WECOM.test(userAgent);
}

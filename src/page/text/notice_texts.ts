import type { Lang, MessageText } from "./texts.ts";

/** Why a notice is shown in place of a cabinet's page. */
export type PageNoticeKind =
  | "unknown-cabinet"
  | "not-signed-in"
  /** The operator has set up no way to sign in. */
  | "no-sign-in"
  /** The person did not allow WeChat to tell the service who they are. */
  | "login-refused"
  /** The code that WeChat sent back was used before, or is too old. */
  | "login-again"
  /** WeChat shows the page as a preview, with a made-up person. */
  | "snapshot-user"
  /** WeChat does not answer the service. */
  | "wechat-away"
  | "too-many"
  /** The person's copy cannot be stored in this browser. */
  | "copy-elsewhere"
  /** The link to the copy works no more. */
  | "copy-over"
  | "copy-too-often"
  | "error";

interface NoticeText extends MessageText {
  /** The words of a link that tries again, where that can help. */
  readonly again?: string;
}

/** The notices by language, apart from the page's texts because the browser's script does not need them. */
export const noticeTexts: Readonly<Record<Lang, Readonly<Record<PageNoticeKind, NoticeText>>>> = {
  zh: {
    "unknown-cabinet": {
      title: "没有找到这个柜子",
      next: "请重新扫一扫柜子上的二维码；还是不行的话，请联系管理员。",
    },
    "not-signed-in": {
      title: "请在微信中打开",
      next: "打开微信，用“扫一扫”扫描柜子上的二维码；已经在微信里的话，请联系管理员。",
    },
    "no-sign-in": {
      title: "这里还不能登录",
      next:
        "管理员还没有设置登录方式，暂时开不了门。管理员请看 README：启动程序时设置 GUEST_LOGIN=1（访客登录）或 WECHAT_APP_ID（微信登录）。",
    },
    "login-refused": {
      title: "没有登录，还不能开门",
      next: "柜子要知道东西是谁存的，才能只为你开门。请重新进入，并在微信里点“允许”。",
      again: "重新登录",
    },
    "login-again": {
      title: "这个链接已失效",
      next: "登录链接只能用一次，几分钟后就过期。重新进入一下就好。",
      again: "重新进入",
    },
    "snapshot-user": {
      title: "还差一步",
      next: "微信正在用预览模式显示这个页面，还不能开门。请点屏幕底部的“使用完整服务”。",
    },
    "wechat-away": {
      title: "暂时连不上微信",
      next: "微信没有回应，现在不能确认你是谁。请稍等片刻再试，已存的东西不受影响。",
      again: "再试一次",
    },
    "too-many": {
      title: "现在访问的人太多",
      next: "同一网络里的请求太多了。请等一分钟再试，或换用手机流量。",
      again: "再试一次",
    },
    "copy-elsewhere": {
      title: "请在浏览器中下载",
      next:
        "微信里不能保存文件。请点右上角的“···”，再点“在浏览器打开”，你的数据就会下载到手机。15 分钟内有效；这个链接请不要发给别人。",
    },
    "copy-over": {
      title: "下载链接已失效",
      next: "请回到柜子的页面，在“我的账号”里再点一次“下载我的数据”。",
    },
    "copy-too-often": { title: "下载得太频繁了", next: "请过 10 分钟再试。" },
    error: { title: "出了点问题", next: "请稍等片刻再试；一直这样请联系管理员。", again: "重新加载" },
  },
  en: {
    "unknown-cabinet": {
      title: "This cabinet was not found",
      next: "Scan the code on the cabinet again. If that does not help, ask the operator.",
    },
    "not-signed-in": {
      title: "Please open this in WeChat",
      next: "Open WeChat and scan the code on the cabinet with “Scan”. If you already did, ask the operator.",
    },
    "no-sign-in": {
      title: "Nobody can sign in here yet",
      next:
        "The operator has not set up a way to sign in, so no door opens. To the operator: start the program with GUEST_LOGIN=1 (guests) or WECHAT_APP_ID (WeChat), as the README says.",
    },
    "login-refused": {
      title: "Not signed in, so no door opens",
      next:
        "The cabinet has to know whose things are inside, so that it opens for you only. Come in again and tap “Allow” in WeChat.",
      again: "Sign in",
    },
    "login-again": {
      title: "This link works no more",
      next: "A link for signing in works once and for a few minutes. Just come in again.",
      again: "Come in again",
    },
    "snapshot-user": {
      title: "One more step",
      next:
        "WeChat shows this page as a preview, in which no door can be opened. Tap “使用完整服务” (use full service) at the bottom of the screen.",
    },
    "wechat-away": {
      title: "WeChat does not answer",
      next:
        "We cannot find out who you are just now. Wait a moment and try again. Nothing happens to what you stored.",
      again: "Try again",
    },
    "too-many": {
      title: "Too many people at once",
      next: "Too many requests come from your network. Wait a minute, or use mobile data.",
      again: "Try again",
    },
    "copy-elsewhere": {
      title: "Download it in a browser",
      next:
        "WeChat cannot store files. Tap “···” at the top right, then “Open in browser”, and your data is downloaded. It works for 15 minutes. Do not send this link to others.",
    },
    "copy-over": {
      title: "This link works no more",
      next: "Go back to the cabinet’s page and tap “Download my data” under “My account” again.",
    },
    "copy-too-often": { title: "Too many downloads", next: "Please try again in 10 minutes." },
    error: {
      title: "Something went wrong",
      next: "Wait a moment and try again. If it goes on, ask the operator.",
      again: "Reload",
    },
  },
};

/** The page at the root: it tells people to scan a cabinet's code, and operators to read the documents. */
export const homeTexts: Readonly<Record<Lang, MessageText>> = {
  zh: {
    title: "开柜",
    next: "智能柜的开门服务。请用微信“扫一扫”扫描柜子上的二维码。管理员请看项目的 README。",
  },
  en: {
    title: "Kaigui opens smart cabinets",
    next: "Scan the code on a cabinet. If you run this service, see the project’s README.",
  },
};

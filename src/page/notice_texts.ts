/**
 * The whole-page notices, apart from the page's own texts because the browser's script never needs them.
 *
 * @module
 */
import type { Lang, Say } from "./texts.ts";

/** Why there is a notice in the place of a cabinet's page. */
export type NoticeKind = "unknown-cabinet" | "not-signed-in" | "error";

interface NoticeSay extends Say {
  /** The words of a link that loads the page again, where that may help. */
  readonly again?: string;
}

/** The notices by language. */
export const noticeTexts: Readonly<Record<Lang, Readonly<Record<NoticeKind, NoticeSay>>>> = {
  zh: {
    "unknown-cabinet": {
      title: "没有找到这个柜子",
      next: "请重新扫一扫柜子上的二维码；还是不行的话，请联系管理员。",
    },
    "not-signed-in": {
      title: "请在微信中打开",
      next: "打开微信，用“扫一扫”扫描柜子上的二维码；已经在微信里的话，请联系管理员。",
    },
    error: {
      title: "出了点问题",
      next: "请稍等片刻再试；一直这样请联系管理员。",
      again: "重新加载",
    },
  },
  en: {
    "unknown-cabinet": {
      title: "This cabinet was not found",
      next: "Scan the code on the cabinet again. If that does not help, ask whoever runs it.",
    },
    "not-signed-in": {
      title: "Please open this in WeChat",
      next:
        "Open WeChat and scan the code on the cabinet with “Scan”. If you already did, ask whoever runs it.",
    },
    error: {
      title: "Something went wrong",
      next: "Wait a moment and try again. If it goes on, ask whoever runs the cabinet.",
      again: "Reload",
    },
  },
};

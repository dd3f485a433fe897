import type { Mode } from "../cabinet/types.ts";

/** A text in both languages. */
export interface Both {
  readonly zh: string;
  readonly en: string;
}

/** The drawing of a step. */
export type Picture = "scan" | "tap" | "shut" | "store" | "take";

/** A step: what to do, with its drawing. */
export interface PosterStep extends Both {
  readonly picture: Picture;
}

/** How to use a cabinet. */
export interface HowTo {
  readonly title: Both;
  readonly steps: readonly [PosterStep, PosterStep, PosterStep];
}

const scan: PosterStep = { picture: "scan", zh: "打开微信，扫描二维码", en: "Scan the code with WeChat" };
const shut: PosterStep = { picture: "shut", zh: "用完后，请关好柜门", en: "Shut the door when you are done" };

/** Whom to call. */
export const help: Both = { zh: "帮助", en: "Help" };

/** The texts of each mode. */
export const howTos: Readonly<Record<Mode, HowTo>> = {
  open: {
    title: { zh: "微信扫码开柜", en: "Scan with WeChat to open" },
    steps: [
      scan,
      { picture: "tap", zh: "点一下柜格，柜门就会打开", en: "Tap a cell and its door opens" },
      shut,
    ],
  },
  storage: {
    title: { zh: "微信扫码存取", en: "Scan with WeChat to store and take" },
    steps: [
      scan,
      {
        picture: "store",
        zh: "存：柜门打开后，放好物品并关门",
        en: "Store: put your things in, then shut the door",
      },
      {
        picture: "take",
        zh: "取：再扫一次，取出物品并关门",
        en: "Take: scan again, take all out, then shut the door",
      },
    ],
  },
  assigned: {
    title: { zh: "微信扫码开柜", en: "Scan with WeChat to open your cell" },
    steps: [
      scan,
      {
        picture: "tap",
        zh: "点一下你的柜格，柜门就会打开",
        en: "Tap your cell and its door opens",
      },
      shut,
    ],
  },
};

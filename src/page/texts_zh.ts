/**
 * The page in Chinese.
 *
 * @module
 */
import type { Texts } from "./texts.ts";
import { toldZh } from "./told_zh.ts";

/** Chinese, the language that is written first. */
export const zh: Texts = {
  htmlLang: "zh-CN",
  product: "开柜",
  hello: "你好，",
  needsScript: "这个页面需要 JavaScript，请在微信中打开。",
  slowScript: "还没有反应？请刷新页面；仍不行的话，请把微信更新到最新版本。",
  noCells: "这个柜子还没有设置柜格，请联系管理员。",
  cells: "柜格",
  cellName: "{n} 号柜",
  sizes: { XS: "迷你", S: "小号", M: "中号", L: "大号", XL: "特大", XXL: "超大" },
  shortSizes: { XS: "迷你", S: "小号", M: "中号", L: "大号", XL: "特大", XXL: "超大" },
  doors: { open: "开着", closed: "已关", unknown: "状态未知" },
  uses: { free: "空闲", held: "使用中", disabled: "停用", faulty: "故障" },
  comma: "，",
  connection: {
    connecting: { title: "正在连接…", next: "连上后就可以开门。" },
    reconnecting: { title: "连接断开，正在重新连接…", next: "下面是断开前的状态，连上后才能开门。" },
    "offline-browser": { title: "手机没有网络", next: "请检查网络，恢复后会自动连接。" },
    "cabinet-offline": { title: "柜子暂时离线", next: "现在打不开柜门，恢复后会自动更新。" },
  },
  ready: {
    open: { title: "点一下柜格，柜门就会打开", next: "请站到柜子前面再点。" },
    storage: { title: "柜子在线，可以存取", next: "请站到柜子前面再点。" },
    assigned: { title: "柜子在线，可以开门", next: "请站到柜子前面再点。" },
  },
  shortSteps: { pending: "正在发送", requested: "已收到", sent: "正在开门" },
  shortStates: {
    opened: "已打开",
    accepted: "已发指令",
    failed: "没有打开",
    unconfirmed: "未确认",
    refused: "没有开门",
  },
  told: toldZh,
  moments: {
    minutes: "{k}\u00a0分钟",
    hours: "{k}\u00a0小时",
    days: "{k}\u00a0天",
    ago: "{left}前",
    ahead: "{left}后",
    now: "刚刚",
    yesterday: "昨天 {t}",
    today: "今天 {t}",
    tomorrow: "明天 {t}",
    day: "{d} {t}",
  },
  mine: {
    title: "我的柜格",
    where: "左起第 {c} 列，上起第 {r} 格",
    since: "{t} 存入",
    until: "还剩 {left}，到{t}",
    left: "还剩 {left}",
    overdue: "已超时 {left}，请尽快取出",
    reopen: { main: "开门", sub: "继续存放" },
    retrieve: { main: "取出", sub: "并归还柜格" },
    again: { main: "再开一次", sub: "落下东西时用" },
    share: "让别人来取",
    doorOpen: { title: "柜门开着", next: "用完请随手关好。" },
    returning: { title: "关好柜门就归还了", next: "还没取完？可以再开一次。" },
  },
  permits: {
    none: { title: "这里还没有你的柜格", next: "请联系管理员为你开通，并告诉他下面的编号。" },
    until: "到{t}",
    later: "{cells}：{t} 起可用",
    all: "全部柜格",
    id: "你的编号",
    copy: "复制编号",
  },
  store: {
    title: "存东西",
    one: "存东西",
    free: "空 {k} 格",
    larger: "已满，会给更大的",
    full: "已满",
  },
  pickup: { title: "凭码取件", label: "8 位取件码", go: "开门取件" },
  share: {
    title: "取件码",
    until: "{t} 前有效，只能用一次",
    how: "请朋友扫柜子上的二维码，再输入这个码。",
    copy: "复制给朋友",
    renew: "换一个码",
    message:
      "我在“{name}”给你留了东西，在 {n} 号柜。请扫柜子上的二维码，输入取件码 {code} 开门，{t} 前有效。",
  },
  wall: { title: "柜子", mine: "我的", doorOpen: "门开着", opening: "正在开门" },
  help: {
    title: "柜门没打开怎么办？",
    steps: [
      "用手轻推柜门，听到“咔”一声后再拉开。",
      "等几秒，在手机上再点一次。",
      "还是不行，就换一个柜格。",
      "东西在里面拿不出来，请联系管理员，告诉他柜门号码。",
    ],
    link: "怎么办？",
  },
  scan: { start: "扫其他柜子", busy: "正在打开扫一扫…" },
  me: {
    title: "我的账号",
    signOut: "退出登录",
    remove: "删除我的数据",
    note: "会删除你的身份，以及记录里和你有关的信息。删除后不能恢复。",
    sure: "确定删除",
    cancel: "先不删",
    working: "请稍等…",
    signedOut: { title: "已退出登录", next: "再扫柜子上的二维码，或点下面的按钮，就能回来。" },
    removed: { title: "你的数据已删除", next: "谢谢使用。以后扫柜子上的二维码，会当作新用户。" },
    enter: "重新进入",
  },
};

/**
 * The page in Chinese.
 *
 * @module
 */
import type { Texts } from "./texts.ts";

/** Chinese, the language that is written first. */
export const zh: Texts = {
  htmlLang: "zh-CN",
  product: "开柜",
  hello: "你好，",
  needsScript: "这个页面需要 JavaScript，请在微信中打开。",
  slowScript: "还没有反应？请刷新页面；仍不行的话，请把微信更新到最新版本。",
  cells: "柜格",
  noCells: "这个柜子还没有设置柜格，请联系管理员。",
  cellName: "{n} 号柜",
  sizes: { S: "小号", M: "中号", L: "大号", XL: "特大" },
  spokenSizes: { S: "小号", M: "中号", L: "大号", XL: "特大号" },
  doors: { open: "开着", closed: "已关", unknown: "状态未知" },
  uses: { free: "空闲", held: "使用中", disabled: "停用", faulty: "故障" },
  comma: "，",
  connection: {
    live: { title: "点一下柜格，柜门就会打开", next: "请站到柜子前面再点。" },
    connecting: { title: "正在连接…", next: "连上后就可以开门。" },
    reconnecting: { title: "连接断开，正在重新连接…", next: "下面是断开前的状态，连上后才能开门。" },
    "offline-browser": { title: "手机没有网络", next: "请检查网络，恢复后会自动连接。" },
    "cabinet-offline": { title: "柜子暂时离线", next: "现在打不开柜门，恢复后会自动更新。" },
  },
  shortSteps: { pending: "正在发送", requested: "已收到", sent: "正在开门" },
  shortStates: {
    opened: "已打开",
    accepted: "已发指令",
    failed: "没有打开",
    unconfirmed: "未确认",
    refused: "没有开门",
  },
  steps: {
    pending: { title: "正在打开 {n} 号柜…", next: "请稍等，不用再点。" },
    requested: { title: "正在打开 {n} 号柜…", next: "已收到，正在通知柜子。" },
    sent: { title: "正在打开 {n} 号柜…", next: "柜子已收到指令，请留意柜门。" },
  },
  states: {
    opened: { title: "{n} 号柜门已打开", next: "用完请随手关好柜门。" },
    accepted: {
      title: "{n} 号柜已收到开门指令",
      next: "这个柜子看不到门的状态，请看一眼柜门；没开就再点一次。",
    },
    failed: { title: "{n} 号柜门没有打开", next: "请用手轻推柜门后再试一次。" },
    unconfirmed: { title: "{n} 号柜门开了吗？", next: "请看一眼柜门；还关着就再点一次。" },
    refused: { title: "没有打开 {n} 号柜", next: "请稍后再试，或联系管理员。" },
  },
  reasons: {
    offline: { title: "柜子离线，没有开门", next: "请过一会儿再试；一直这样请联系管理员。" },
    busy: { title: "柜子正忙，没有开门", next: "请等几秒再点一次。" },
    expired: { title: "等得太久，已取消开门", next: "需要的话，请再点一次 {n} 号柜。" },
    forbidden: { title: "{n} 号柜不归你使用", next: "请选择自己的柜格，或联系管理员。" },
    disabled: { title: "{n} 号柜已停用", next: "请换一个柜格。" },
    unsupported: { title: "这个柜子不支持远程开门", next: "请联系管理员帮忙。" },
    stopping: { title: "服务正在重启，没有开门", next: "请过几秒再点一次。" },
    unavailable: { title: "系统暂时繁忙，没有开门", next: "请稍等片刻再点一次。" },
    full: { title: "没有空闲的柜格", next: "请换一个尺寸，或过一会儿再来。" },
    limit: { title: "你的柜格已达上限", next: "请先取出已存的物品。" },
    over: { title: "这次存放已经结束", next: "需要的话，请重新存放。" },
    overdue: { title: "存放时间已过", next: "请联系管理员帮忙开门。" },
    "wrong-code": { title: "取件码不对", next: "请核对 8 位数字；取件码只能用一次，也会过期。" },
    blocked: { title: "输错次数太多", next: "请过 15 分钟再试，或联系管理员。" },
    "did-not-open": { title: "{n} 号柜门没有打开", next: "请用手轻推柜门后再试一次。" },
    "no-reply": { title: "柜子没有回应", next: "请看一眼 {n} 号柜门；还关着就再点一次。" },
    "not-seen": { title: "没有看到 {n} 号柜门打开", next: "请轻拉一下柜门；还关着就再点一次。" },
    "link-lost": { title: "开门途中柜子断线了", next: "请看一眼 {n} 号柜门；还关着就再点一次。" },
    restarted: { title: "服务刚刚重启，结果没有确认", next: "请看一眼 {n} 号柜门；还关着就再点一次。" },
  },
  errors: {
    "not-json": { title: "页面出了点问题", next: "请刷新页面后再试。" },
    "bad-message": { title: "页面版本可能太旧，没有开门", next: "请刷新页面后再试。" },
    "too-big": { title: "页面出了点问题", next: "请刷新页面后再试。" },
    "too-fast": { title: "点得太快了，没有开门", next: "请等几秒再点一次。" },
    "unknown-cell": { title: "这个柜子没有 {n} 号柜", next: "请刷新页面，再选一个柜格。" },
    forbidden: { title: "这个柜格不归你使用", next: "请刷新页面，看看自己的柜格。" },
    conflict: { title: "这次点击没有生效", next: "请再点一次 {n} 号柜。" },
    unavailable: { title: "系统暂时繁忙，没有开门", next: "请稍等片刻再点一次。" },
  },
  refusals: {
    connecting: { title: "还在连接，没有开门", next: "连上后请再点一次。" },
    reconnecting: { title: "连接断开了，没有开门", next: "正在重新连接，连上后请再点一次。" },
    "offline-browser": { title: "手机没有网络，没有开门", next: "网络恢复后请再点一次。" },
    "cabinet-offline": {
      title: "柜子离线，没有开门",
      next: "等柜子恢复后请再点一次。",
    },
    disabled: { title: "{n} 号柜已停用", next: "请换一个柜格。" },
    faulty: { title: "{n} 号柜有故障", next: "请换一个柜格，或联系管理员。" },
  },
  silence: { title: "没有等到 {n} 号柜的结果", next: "请看一眼柜门；还关着就再点一次。" },
  moved: {
    open: { title: "{n} 号柜门现在开着", next: "用完请随手关好柜门。" },
    closed: { title: "{n} 号柜门已关好", next: "需要时可以再点一次打开。" },
  },
};

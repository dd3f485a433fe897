/**
 * What the page says of taps, in Chinese.
 *
 * @module
 */
import type { MessageTexts } from "./messages.ts";

/** Chinese. */
export const messagesZh: MessageTexts = {
  steps: {
    pending: { title: "正在打开 {n} 号柜…", next: "请稍等，不用再点。" },
    requested: { title: "正在打开 {n} 号柜…", next: "已收到，正在通知柜子。" },
    sent: { title: "正在打开 {n} 号柜…", next: "指令已发给柜子，请留意柜门。" },
  },
  withoutCell: {
    store: { title: "正在为你找空柜格…", next: "请稍等，不用再点。" },
    pickup: { title: "正在核对取件码…", next: "请稍等，不用再点。" },
    share: { title: "正在生成取件码…", next: "请稍等，不用再点。" },
    keep: { title: "正在为你保留柜格…", next: "请稍等，不用再点。" },
    claim: { title: "正在核对编号和密码…", next: "请稍等，不用再点。" },
  },
  another: { title: "{old} 号柜门没打开，换成 {n} 号", next: "正在打开 {n} 号柜，请到 {n} 号柜前。" },
  opened: {
    open: { title: "{n} 号柜门已打开", next: "用完请随手关好柜门。" },
    store: { title: "请关好 {n} 号柜门", next: "先放好东西；这个柜格归你用了。" },
    reopen: { title: "{n} 号柜门已打开", next: "用完请关好柜门。" },
    retrieve: { title: "{n} 号柜门已打开", next: "取出东西、关好柜门，就归还了。" },
    pickup: { title: "{n} 号柜门已打开", next: "取出东西后，请关好柜门。" },
  },
  states: {
    accepted: {
      title: "{n} 号柜已收到开门指令",
      next: "这个柜子看不到门的状态，请看一眼柜门；还关着就{retry}。",
    },
    failed: { title: "{n} 号柜门没有打开", next: "请用手轻推柜门，然后{retry}。" },
    unconfirmed: { title: "{n} 号柜门开了吗？", next: "请看一眼柜门；还关着就{retry}。" },
    refused: { title: "这次没有开门", next: "请稍后再试，或联系管理员。" },
  },
  reasons: {
    offline: { title: "柜子离线，没有开门", next: "请过一会儿再试；一直这样请联系管理员。" },
    busy: { title: "柜子正忙，没有开门", next: "请等几秒，然后{retry}。" },
    expired: { title: "等得太久，没有开门", next: "已经取消，不会再开；还需要的话，请{retry}。" },
    forbidden: { title: "这个柜格不归你使用", next: "请选择自己的柜格，或联系管理员。" },
    disabled: { title: "这个柜格已停用", next: "请换一个柜格；里面有东西请联系管理员。" },
    unsupported: { title: "这个柜子不支持远程开门", next: "请联系管理员帮忙。" },
    stopping: { title: "服务正在重启，没有开门", next: "请等几秒，然后{retry}。" },
    unavailable: { title: "系统暂时繁忙，没有开门", next: "请稍等片刻，然后{retry}。" },
    full: { title: "没有空闲的柜格了", next: "请换一个大小，或过一会儿再来。" },
    limit: { title: "你的柜格已达上限", next: "请先取出东西、关好柜门，再存新的。" },
    over: { title: "这次存放已经结束", next: "东西还在里面的话，请联系管理员。" },
    overdue: { title: "存放时间已过，柜门已锁定", next: "请联系管理员帮忙开门。" },
    "wrong-code": { title: "取件码不对", next: "请核对 8 位数字；取件码只能用一次，也会过期。" },
    blocked: {
      title: "输错次数太多，这次没有核对",
      next: "请等一会儿再试；着急请联系管理员。",
    },
    "did-not-open": { title: "{n} 号柜门没有打开", next: "请用手轻推柜门，然后{retry}。" },
    "no-reply": { title: "柜子没有回应", next: "请看一眼 {n} 号柜门；还关着就{retry}。" },
    "not-seen": { title: "没有看到 {n} 号柜门打开", next: "请轻拉一下柜门；还关着就{retry}。" },
    "link-lost": { title: "开门途中柜子断线了", next: "请看一眼 {n} 号柜门；还关着就{retry}。" },
    restarted: { title: "服务刚刚重启，结果没有确认", next: "请看一眼 {n} 号柜门；还关着就{retry}。" },
  },
  notGiven: { title: "{n} 号柜门没有打开", next: "它不算在你名下；请再点一次，换一个柜格。" },
  errors: {
    "not-json": { title: "页面出了点问题", next: "请刷新页面后再试。" },
    "bad-message": { title: "页面版本可能太旧，没有成功", next: "请刷新页面后再试。" },
    "too-big": { title: "页面出了点问题", next: "请刷新页面后再试。" },
    "too-fast": { title: "点得太快了，这次没有生效", next: "请等几秒再点一次。" },
    "unknown-cell": { title: "这个柜子没有 {n} 号柜", next: "请刷新页面，再选一个柜格。" },
    forbidden: { title: "现在不能这样做", next: "只有存放的人能这样做；请刷新页面看看。" },
    conflict: { title: "这次点击没有生效", next: "请再点一次。" },
    unavailable: { title: "系统暂时繁忙，没有成功", next: "请稍等片刻再点一次。" },
    "bad-number": { title: "没有这个编号", next: "请核对编号的 8 位数字，可能输错了一位。" },
    "wrong-code": {
      title: "编号和密码对不上",
      next: "请核对两个 8 位数字，并确认是这个柜子；密码只能用一次。",
    },
  },
  refusals: {
    connecting: { title: "还在连接，没有成功", next: "连上后请再点一次。" },
    reconnecting: { title: "连接断开了，没有成功", next: "正在重新连接，连上后请再点一次。" },
    "offline-browser": { title: "手机没有网络，没有成功", next: "网络恢复后请再点一次。" },
    "cabinet-offline": { title: "柜子离线，没有开门", next: "等柜子恢复后请再点一次，或联系管理员。" },
    disabled: { title: "{n} 号柜已停用", next: "请换一个柜格。" },
    faulty: { title: "{n} 号柜有故障", next: "请换一个柜格，或联系管理员。" },
    forbidden: { title: "{n} 号柜不归你使用", next: "请选择自己的柜格，或联系管理员。" },
    full: { title: "柜格都在使用中", next: "请过一会儿再来，或去别的柜子看看。" },
    "size-full": { title: "这个大小没有空闲的柜格", next: "请换一个大小，或过一会儿再来。" },
  },
  silence: { title: "没有等到 {n} 号柜的结果", next: "请看一眼柜门；还关着就{retry}。" },
  silenceAboutAll: { title: "没有等到结果", next: "请看看“我的柜格”；没有变化就再点一次。" },
  retry: {
    again: "再点一次",
    reopen: "点“开门”",
    retrieve: "点“取出”，不用再输取件码",
  },
  doorOpen: { title: "{n} 号柜门现在开着", next: "用完请随手关好柜门。" },
  doorClosed: {
    open: { title: "{n} 号柜门已关好", next: "需要时可以再点一次打开。" },
    assigned: { title: "{n} 号柜门已关好", next: "需要时可以再点一次打开。" },
    storage: { title: "{n} 号柜门已关好", next: "可以离开了。" },
  },
  over: {
    retrieved: { title: "{n} 号柜已归还", next: "东西还在里面的话，请马上点“继续使用”。" },
    "picked-up": { title: "有人用取件码开过 {n} 号柜", next: "取件码用过了，柜格已归还。" },
    collected: { title: "{n} 号柜已取完", next: "落下东西的话，请马上点“再开一次”。" },
    operator: {
      title: "管理员结束了 {n} 号柜的存放",
      next: "这个柜格不再归你使用；东西在哪里，请问管理员。",
    },
    moved: {
      title: "{n} 号柜已转到另一部手机",
      next: "有人用编号和取回密码找回了它。不是你的话，请马上联系管理员。",
    },
    unknown: { title: "{n} 号柜的存放已结束", next: "落下东西的话，可以试试“再开一次”，或联系管理员。" },
  },
  collecting: { title: "有人正在凭码取件", next: "对方在 {n} 号柜输入了你给的取件码。" },
  kept: { title: "{n} 号柜继续归你用", next: "以前给出的取件码不能再用了。" },
  claimed: { title: "{n} 号柜已找回", next: "现在可以用这部手机打开它。" },
  shared: { title: "{n} 号柜的取件码好了", next: "以前给这个柜格的取件码不能再用了。" },
  fewDigits: { title: "取件码是 8 位数字", next: "现在是 {k} 位，请再核对一下。" },
  noDigits: { title: "取件码是 8 位数字", next: "里面有别的字符，请再核对一下。" },
  results: {
    copied: { title: "已复制", next: "到聊天里粘贴，就可以发出去了。" },
    "not-copied": { title: "这台手机不让复制", next: "请长按文字，手动选择复制。" },
    "scan-foreign": { title: "这不是我们柜子的二维码", next: "请扫柜子上贴的二维码。" },
    "scan-failed": { title: "扫一扫没有打开", next: "请用微信首页右上角的“扫一扫”。" },
    "not-signed-out": { title: "没有退出成功", next: "请检查网络，再试一次。" },
    "not-removed": { title: "没有删除成功", next: "请检查网络，再试一次。" },
    holding: { title: "你还有柜格没归还", next: "退出后就打不开它了；归还以后才能退出登录。" },
    "not-eight-digits": { title: "编号和密码都是 8 位数字", next: "请对照截图，再核对一下。" },
    leaving: { title: "已收到，还没有删完", next: "你还有柜格在用；归还后，数据会自动删除。" },
  },
};

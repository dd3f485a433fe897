/** The first page: scans a sticker's code and opens its cabinet. */
const { service } = require("../../config.js");
const { cabinetOf, decoded } = require("../../lib/link.js");
const { textsHere } = require("../../lib/texts.js");

Page({
  data: { texts: textsHere(), notice: "" },

  /** `q`: the sticker's link, if WeChat's own scanner opened this mini program. */
  onLoad({ q }) {
    if (q !== undefined) this.go(decoded(q));
  },

  scan() {
    const { texts } = this.data;
    wx.scanCode({
      scanType: ["qrCode"],
      success: ({ result }) => this.go(result),
      fail: ({ errMsg }) => this.setData({ notice: errMsg.endsWith("cancel") ? "" : texts.noCamera }),
    });
  },

  go(link) {
    const cabinet = cabinetOf(link, service);
    this.setData({ notice: cabinet === undefined ? this.data.texts.notOurs : "" });
    if (cabinet === undefined) return;
    wx.navigateTo({ url: `/pages/cabinet/cabinet?cabinet=${encodeURIComponent(cabinet)}` });
  },
});

/** All that the mini program says, in the language of this WeChat. */
const { zh } = require("./texts_zh.js");
const { en } = require("./texts_en.js");

/** The texts for who uses this WeChat: Chinese, or else English. */
function textsHere() {
  const { language = "" } = wx.getAppBaseInfo();
  return language.startsWith("zh") ? zh : en;
}

module.exports = { textsHere };

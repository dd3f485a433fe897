/** The texts of the mini program, in the language of WeChat. */
const { zh } = require("./texts_zh.js");
const { en } = require("./texts_en.js");

/** The texts in WeChat's language: Chinese, or else English. */
function textsHere() {
  const { language = "" } = wx.getAppBaseInfo();
  return language.startsWith("zh") ? zh : en;
}

module.exports = { textsHere };

/** A cabinet: its doors, and the person's rentals. */
const { service } = require("../../config.js");
const { startClient } = require("../../lib/client.js");
const { decoded } = require("../../lib/link.js");
const { textsHere } = require("../../lib/texts.js");
const { viewOf } = require("../../lib/view.js");

const CODE = /^\d{8}$/;

Page({
  data: { texts: textsHere(), code: "", isCode: false, claimNumber: "", claimSecret: "", isClaim: false },

  /** `code`: a pickup code, if a friend's card led here. */
  onLoad({ cabinet, code = "" }) {
    this.cabinet = decoded(cabinet);
    this.typed({ detail: { value: code } });
    this.client = startClient({ service, cabinet: this.cabinet, onChange: (state) => this.show(state) });
  },

  onShow() {
    this.client.wake();
  },

  onUnload() {
    this.client.stop();
  },

  show(state) {
    const view = viewOf(state, { texts: this.data.texts, nowMs: Date.now() });
    if (view.name !== this.data.name) wx.setNavigationBarTitle({ title: view.name });
    this.setData(view);
  },

  tryAgain() {
    this.client.wake();
  },

  open({ currentTarget: { dataset: { cell } } }) {
    if (this.data.opensCells) this.client.tap({ type: "open", cell });
  },

  store({ currentTarget: { dataset: { size } } }) {
    this.client.tap(size === "" ? { type: "store" } : { type: "store", size });
  },

  /** Opens a rented cell, after asking whether to give it back or only to open it. */
  take({ currentTarget: { dataset: { rental } } }) {
    const { texts: { retrieve, reopen } } = this.data;
    wx.showActionSheet({
      itemList: [retrieve, reopen],
      success: ({ tapIndex }) => this.client.tap({ type: tapIndex === 0 ? "retrieve" : "reopen", rental }),
      // A cancelled sheet changes nothing.
      fail: () => {},
    });
  },

  /** Reopens, retrieves, shares or keeps, by the button's type. */
  use({ currentTarget: { dataset: { type, rental } } }) {
    this.client.tap({ type, rental });
  },

  /** Shows the number of the cabinet's operator, ready to be called. */
  call() {
    wx.makePhoneCall({
      phoneNumber: this.data.contact.telephone,
      // A person who does not call after all wants nothing.
      fail: () => {},
    });
  },

  claimTyped({ currentTarget: { dataset: { field } }, detail: { value } }) {
    this.setData({ [field]: value });
    const { claimNumber, claimSecret } = this.data;
    this.setData({ isClaim: CODE.test(claimNumber) && CODE.test(claimSecret) });
  },

  /** Moves a guest's rental to this person, who has its number and password. */
  claim() {
    const { claimNumber: number, claimSecret: secret } = this.data;
    this.client.tap({ type: "claim", number, secret });
  },

  typed({ detail: { value } }) {
    this.setData({ code: value, isCode: CODE.test(value) });
  },

  pickup() {
    this.client.tap({ type: "pickup", code: this.data.code });
  },

  /** A friend's card has the code only if the button beside the code was tapped. */
  onShareAppMessage({ from, target }) {
    const path = `/pages/cabinet/cabinet?cabinet=${encodeURIComponent(this.cabinet)}`;
    return from === "button"
      ? { title: this.data.texts.shareTitle, path: `${path}&code=${target.dataset.code}` }
      : { path };
  },
});

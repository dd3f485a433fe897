/**
 * The page in English.
 *
 * @module
 */
import type { Texts } from "./texts.ts";

/** English. */
export const en: Texts = {
  htmlLang: "en",
  product: "Kaigui",
  hello: "Hello, ",
  needsScript: "This page needs JavaScript. Please open it in WeChat.",
  slowScript: "Nothing happening? Reload the page; if that does not help, update WeChat.",
  cells: "Cells",
  noCells: "This cabinet has no cells yet. Please ask whoever runs it.",
  cellName: "Cell {n}",
  sizes: {},
  spokenSizes: { S: "small", M: "medium", L: "large", XL: "extra large" },
  doors: { open: "Open", closed: "Closed", unknown: "Unknown" },
  uses: { free: "Free", held: "In use", disabled: "Disabled", faulty: "Faulty" },
  comma: ", ",
  connection: {
    live: { title: "Tap a cell to open its door", next: "Stand in front of the cabinet first." },
    connecting: { title: "Connecting…", next: "You can open doors in a moment." },
    reconnecting: { title: "Reconnecting…", next: "Doors open again once it is back." },
    "offline-browser": { title: "Your phone is offline", next: "It reconnects by itself later." },
    "cabinet-offline": { title: "The cabinet is offline", next: "No door can be opened for now." },
  },
  shortSteps: { pending: "Sending", requested: "Received", sent: "Opening" },
  shortStates: {
    opened: "Opened",
    accepted: "Signalled",
    failed: "Not open",
    unconfirmed: "Not sure",
    refused: "Not open",
  },
  steps: {
    pending: { title: "Opening cell {n}…", next: "One moment, no need to tap again." },
    requested: { title: "Opening cell {n}…", next: "Received. Telling the cabinet." },
    sent: { title: "Opening cell {n}…", next: "The cabinet has been told. Watch the door." },
  },
  states: {
    opened: { title: "Cell {n} is open", next: "Please shut the door when you are done." },
    accepted: {
      title: "Cell {n} was told to open",
      next: "This cabinet cannot see its doors. Look at the door; if it is shut, tap again.",
    },
    failed: { title: "Cell {n} did not open", next: "Push the door gently, then tap again." },
    unconfirmed: { title: "Did cell {n} open?", next: "Look at the door; if it is shut, tap again." },
    refused: { title: "Cell {n} was not opened", next: "Try again later, or ask whoever runs the cabinet." },
  },
  reasons: {
    offline: {
      title: "Not opened: the cabinet is offline",
      next: "Try again in a while, or ask whoever runs the cabinet.",
    },
    busy: { title: "Not opened: the cabinet is busy", next: "Wait a few seconds, then tap again." },
    expired: {
      title: "Waited too long, so it was cancelled",
      next: "Tap cell {n} again if you still need it.",
    },
    forbidden: {
      title: "Cell {n} is not yours to open",
      next: "Choose your own cell, or ask whoever runs the cabinet.",
    },
    disabled: { title: "Cell {n} is out of use", next: "Please choose another cell." },
    unsupported: {
      title: "This cabinet cannot be opened from here",
      next: "Please ask whoever runs the cabinet.",
    },
    stopping: { title: "Not opened: the service is restarting", next: "Tap again in a few seconds." },
    unavailable: { title: "Not opened: the service is busy", next: "Wait a moment, then tap again." },
    full: { title: "No cell is free", next: "Try another size, or come back later." },
    limit: { title: "You have as many cells as you may", next: "Take something out first." },
    over: { title: "This has ended", next: "Store again if you need a cell." },
    overdue: { title: "The time is up", next: "Ask the operator to open the door." },
    "wrong-code": {
      title: "This code does not work",
      next: "Check the 8 digits. A code works once, and not for ever.",
    },
    blocked: { title: "Too many wrong codes", next: "Try again in 15 minutes, or ask the operator." },
    "did-not-open": { title: "Cell {n} did not open", next: "Push the door gently, then tap again." },
    "no-reply": { title: "The cabinet did not answer", next: "Look at door {n}; if it is shut, tap again." },
    "not-seen": {
      title: "Door {n} was not seen to open",
      next: "Pull the door gently; if it is shut, tap again.",
    },
    "link-lost": {
      title: "The cabinet lost its connection",
      next: "Look at door {n}; if it is shut, tap again.",
    },
    restarted: {
      title: "The service restarted meanwhile",
      next: "Look at door {n}; if it is shut, tap again.",
    },
  },
  errors: {
    "not-json": { title: "Something is wrong with this page", next: "Reload the page and try again." },
    "bad-message": {
      title: "Not opened: this page may be out of date",
      next: "Reload the page and try again.",
    },
    "too-big": { title: "Something is wrong with this page", next: "Reload the page and try again." },
    "too-fast": { title: "Not opened: that was too fast", next: "Wait a few seconds, then tap again." },
    "unknown-cell": {
      title: "This cabinet has no cell {n}",
      next: "Reload the page and choose another cell.",
    },
    forbidden: { title: "This cell is not yours", next: "Reload the page to see what you have." },
    conflict: { title: "That tap did not count", next: "Please tap cell {n} again." },
    unavailable: { title: "Not opened: the service is busy", next: "Wait a moment, then tap again." },
  },
  refusals: {
    connecting: { title: "Not opened: still connecting", next: "Tap again once connected." },
    reconnecting: { title: "Not opened: the connection is lost", next: "Tap again once it is back." },
    "offline-browser": { title: "Not opened: your phone is offline", next: "Tap again once it is back." },
    "cabinet-offline": {
      title: "Not opened: the cabinet is offline",
      next: "Tap again once it is back, or ask whoever runs it.",
    },
    disabled: { title: "Cell {n} is out of use", next: "Please choose another cell." },
    faulty: { title: "Cell {n} is faulty", next: "Choose another cell, or ask whoever runs the cabinet." },
  },
  silence: { title: "No result for cell {n}", next: "Look at the door; if it is shut, tap again." },
  moved: {
    open: { title: "Door {n} is open now", next: "Please shut it when you are done." },
    closed: { title: "Door {n} is shut", next: "Tap again whenever you need it." },
  },
};

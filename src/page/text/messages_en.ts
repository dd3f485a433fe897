import type { MessageTexts } from "./messages.ts";

/** What the page says of taps, in English. */
export const messagesEn: MessageTexts = {
  steps: {
    pending: { title: "Opening cell {n}…", next: "One moment, no need to tap again." },
    requested: { title: "Opening cell {n}…", next: "Received. Telling the cabinet." },
    sent: { title: "Opening cell {n}…", next: "Sent to the cabinet. Watch the door." },
  },
  withoutCell: {
    store: { title: "Finding a free cell…", next: "One moment, no need to tap again." },
    pickup: { title: "Checking the code…", next: "One moment, no need to tap again." },
    share: { title: "Making a pickup code…", next: "One moment, no need to tap again." },
    keep: { title: "Keeping the cell for you…", next: "One moment, no need to tap again." },
    claim: { title: "Checking number and password…", next: "One moment, no need to tap again." },
  },
  another: {
    title: "Door {old} did not open: it is cell {n} now",
    next: "Opening cell {n}. Please go to door {n}.",
  },
  opened: {
    open: { title: "Cell {n} is open", next: "Please shut the door when you are done." },
    store: { title: "Please shut door {n}", next: "Put your things in first. The cell is yours." },
    reopen: { title: "Cell {n} is open", next: "Shut the door when you are done." },
    retrieve: {
      title: "Cell {n} is open",
      next: "Take your things and shut the door; then it is given back.",
    },
    pickup: { title: "Cell {n} is open", next: "Take the things out and shut the door." },
  },
  states: {
    accepted: {
      title: "Cell {n} was told to open",
      next: "This cabinet cannot see its doors. Look at the door; if it is shut, {retry}.",
    },
    failed: { title: "Cell {n} did not open", next: "Push the door gently, then {retry}." },
    unconfirmed: { title: "Did cell {n} open?", next: "Look at the door; if it is shut, {retry}." },
    refused: { title: "No door was opened", next: "Try again later, or ask the operator." },
  },
  reasons: {
    offline: {
      title: "Not opened: the cabinet is offline",
      next: "Try again in a while, or ask the operator.",
    },
    busy: { title: "Not opened: the cabinet is busy", next: "Wait a few seconds, then {retry}." },
    expired: {
      title: "Not opened: that took too long",
      next: "It will not open any more. If you still need it, {retry}.",
    },
    forbidden: {
      title: "This cell is not yours to open",
      next: "Choose your own cell, or ask the operator.",
    },
    disabled: {
      title: "This cell is out of use",
      next: "Choose another one; if your things are inside, ask the operator.",
    },
    unsupported: {
      title: "This cabinet cannot be opened from here",
      next: "Please ask the operator.",
    },
    stopping: { title: "Not opened: the service is restarting", next: "Wait a few seconds, then {retry}." },
    unavailable: { title: "Not opened: the service is busy", next: "Wait a moment, then {retry}." },
    full: { title: "No cell is free", next: "Try another size, or come back later." },
    limit: { title: "You have as many cells as you may", next: "Take it out and shut the door first." },
    over: { title: "This has ended", next: "Things still inside? Ask the operator." },
    overdue: {
      title: "The time is up, so the door stays locked",
      next: "Ask the operator to open it.",
    },
    "wrong-code": {
      title: "This code does not work",
      next: "Check the 8 digits. A code works once, and not for ever.",
    },
    blocked: {
      title: "Not checked: please wait a while",
      next: "There were too many wrong ones. Try again later, or ask the operator.",
    },
    "did-not-open": { title: "Cell {n} did not open", next: "Push the door gently, then {retry}." },
    "no-reply": { title: "The cabinet did not answer", next: "Look at door {n}; if it is shut, {retry}." },
    "not-seen": {
      title: "Door {n} was not seen to open",
      next: "Pull the door gently; if it is shut, {retry}.",
    },
    "link-lost": {
      title: "The cabinet lost its connection",
      next: "Look at door {n}; if it is shut, {retry}.",
    },
    restarted: {
      title: "The service restarted meanwhile",
      next: "Look at door {n}; if it is shut, {retry}.",
    },
  },
  notGiven: {
    title: "Cell {n} did not open",
    next: "It does not count as yours. Tap again for another one.",
  },
  errors: {
    "not-json": { title: "Something is wrong with this page", next: "Reload the page and try again." },
    "bad-message": { title: "This page may be out of date", next: "Reload the page and try again." },
    "too-big": { title: "Something is wrong with this page", next: "Reload the page and try again." },
    "too-fast": { title: "That was too fast and did not count", next: "Wait a few seconds, then tap again." },
    "unknown-cell": {
      title: "This cabinet has no cell {n}",
      next: "Reload the page and choose another cell.",
    },
    forbidden: {
      title: "That cannot be done now",
      next: "Only who stored something can do that. Reload the page to see what you have.",
    },
    conflict: { title: "That tap did not count", next: "Please tap again." },
    unavailable: { title: "Not done: the service is busy", next: "Wait a moment, then tap again." },
    "bad-number": { title: "There is no such number", next: "Check its 8 digits: one may be wrong." },
    "wrong-code": {
      title: "Number and password do not match",
      next: "Check both, and that it is this cabinet. A password works once.",
    },
  },
  refusals: {
    connecting: { title: "Not done: still connecting", next: "Tap again once connected." },
    reconnecting: { title: "Not done: the connection is lost", next: "Tap again once it is back." },
    "offline-browser": { title: "Not done: your phone is offline", next: "Tap again once it is back." },
    "cabinet-offline": {
      title: "Not opened: the cabinet is offline",
      next: "Tap again once it is back, or ask the operator.",
    },
    disabled: { title: "Cell {n} is out of use", next: "Please choose another cell." },
    faulty: { title: "Cell {n} is faulty", next: "Choose another cell, or ask the operator." },
    forbidden: {
      title: "Cell {n} is not yours to open",
      next: "Choose your own cell, or ask the operator.",
    },
    full: { title: "All cells are in use", next: "Come back later, or try another cabinet." },
    "size-full": { title: "No cell of this size is free", next: "Try another size, or come back later." },
  },
  silence: { title: "No result for cell {n}", next: "Look at the door; if it is shut, {retry}." },
  silenceAboutAll: { title: "No result came", next: "Look at “My cells”; if nothing is new, tap again." },
  retry: {
    again: "tap again",
    reopen: "tap “Open”",
    retrieve: "tap “Take out”; the code is not needed again",
  },
  doorOpen: { title: "Door {n} is open now", next: "Please shut it when you are done." },
  doorClosed: {
    open: { title: "Door {n} is shut", next: "Tap again whenever you need it." },
    assigned: { title: "Door {n} is shut", next: "Tap again whenever you need it." },
    storage: { title: "Door {n} is shut", next: "You can go now." },
  },
  over: {
    retrieved: { title: "Cell {n} was given back", next: "Things still inside? Tap “Keep the cell” now." },
    "picked-up": {
      title: "Your code opened cell {n}",
      next: "The code is used up and the cell was given back.",
    },
    collected: { title: "You emptied cell {n}", next: "Left something? Tap “Open once more” now." },
    operator: {
      title: "The operator ended your use of cell {n}",
      next: "It is yours no more. Ask the operator where your things are.",
    },
    moved: {
      title: "Cell {n} moved to another phone",
      next: "Somebody had its number and password. Not you? Ask the operator at once.",
    },
    unknown: {
      title: "Cell {n} is yours no more",
      next: "Left something? Try “Open once more”, or ask the operator.",
    },
  },
  collecting: { title: "Being collected by code", next: "Somebody entered your code for cell {n}." },
  kept: { title: "Cell {n} is yours as before", next: "Codes given for it before work no more." },
  claimed: { title: "Cell {n} is back", next: "You can open it from this phone now." },
  extended: { title: "Cell {n} is yours for longer", next: "The new end is shown with your cell." },
  shared: { title: "The code for cell {n} is ready", next: "Codes given for this cell before work no more." },
  fewDigits: { title: "A pickup code has 8 digits", next: "This one has {k}. Please check it." },
  noDigits: {
    title: "A pickup code has 8 digits",
    next: "There is something else in this one. Please check it.",
  },
  results: {
    copied: { title: "Copied", next: "Paste it into a chat to send it." },
    "not-copied": {
      title: "This phone does not let us copy",
      next: "Press and hold the words to copy them.",
    },
    "scan-foreign": {
      title: "This is not a code of our cabinets",
      next: "Scan the code that is on the cabinet.",
    },
    "scan-failed": { title: "The scanner did not open", next: "Use “Scan” on WeChat’s first page." },
    "not-signed-out": { title: "You were not signed out", next: "Check the network and try again." },
    "not-removed": { title: "Nothing was removed", next: "Check the network and try again." },
    holding: {
      title: "You still have a cell",
      next: "Signed out you could not open it. Give it back first.",
    },
    "not-eight-digits": {
      title: "Number and password have 8 digits",
      next: "Please check them with your screenshot.",
    },
    leaving: {
      title: "Noted, but not done yet",
      next: "You still have a cell. Your data goes once you give it back.",
    },
  },
};

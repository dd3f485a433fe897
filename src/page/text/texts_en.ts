/**
 * The page in English.
 *
 * @module
 */
import type { Texts } from "./texts.ts";
import { messagesEn } from "./messages_en.ts";

/** English. */
export const en: Texts = {
  htmlLang: "en",
  product: "Kaigui",
  hello: "Hello, ",
  needsScript: "This page needs JavaScript. Please open it in WeChat.",
  slowScript: "Nothing happening? Reload the page; if that does not help, update WeChat.",
  noCells: "This cabinet has no cells yet. Please ask whoever runs it.",
  cells: "Cells",
  cellName: "Cell {n}",
  sizes: { XS: "Mini", S: "Small", M: "Medium", L: "Large", XL: "X\u2011large", XXL: "XX\u2011large" },
  shortSizes: {},
  doors: { open: "Open", closed: "Closed", unknown: "Unknown" },
  uses: { free: "Free", held: "In use", disabled: "Disabled", faulty: "Faulty" },
  comma: ", ",
  connection: {
    connecting: { title: "Connecting…", next: "You can open doors in a moment." },
    reconnecting: { title: "Reconnecting…", next: "Doors open again once it is back." },
    "offline-browser": { title: "Your phone is offline", next: "It reconnects by itself later." },
    "cabinet-offline": { title: "The cabinet is offline", next: "No door can be opened for now." },
  },
  ready: {
    open: { title: "Tap a cell to open its door", next: "Stand in front of the cabinet first." },
    storage: { title: "The cabinet is ready", next: "Stand in front of it before you tap." },
    assigned: { title: "The cabinet is ready", next: "Stand in front of it before you tap." },
  },
  shortSteps: { pending: "Sending", requested: "Received", sent: "Opening" },
  shortStates: {
    opened: "Opened",
    accepted: "Signalled",
    failed: "Not open",
    unconfirmed: "Not sure",
    refused: "Not open",
  },
  messages: messagesEn,
  times: {
    minutes: "{k}\u00a0minute|{k}\u00a0minutes",
    hours: "{k}\u00a0hour|{k}\u00a0hours",
    days: "{k}\u00a0day|{k}\u00a0days",
    ago: "{left} ago",
    ahead: "in {left}",
    now: "just now",
    yesterday: "yesterday {t}",
    today: "today {t}",
    tomorrow: "tomorrow {t}",
    day: "{d}, {t}",
  },
  mine: {
    title: "My cells",
    where: "Column {c} from the left, door {r} from the top",
    since: "Stored {t}",
    until: "{left} left, until {t}",
    left: "{left} left",
    overdue: "Over time by {left}: please take it out",
    number: "No. {number}",
    take: { main: "Open", sub: "to take out or add something" },
    reopen: { main: "Just open it", sub: "and keep the cell" },
    retrieve: { main: "Take out all", sub: "and give it back" },
    collect: { main: "Take out", sub: "what is inside" },
    again: { main: "Open once more", sub: "if you left something" },
    keep: { main: "Keep the cell", sub: "my things are still inside" },
    share: "Let someone collect it",
    doorOpen: { title: "Please shut the door", next: "It is open. Once it is shut, the cell stays yours." },
    returning: {
      title: "Shut the door to give it back",
      next: "Your things are still inside? Tap “Keep the cell”.",
    },
    emptied: { title: "Shut the door, and that is all", next: "Left something? Open it once more." },
  },
  takeDialog: {
    title: "Open cell {n}",
    next: "If you give it back, others get the cell once the door is shut.",
    close: "Not now",
  },
  recovery: {
    show: "If you lose this page",
    title: "Take a screenshot of this",
    number: "Number",
    secret: "Password",
    how:
      "On another phone, scan the cabinet’s code and tap “Get my things back”. Keep the password to yourself.",
  },
  claim: {
    title: "Get my things back",
    how: "Another phone, or your cell is not shown? Enter the number and the password of your screenshot.",
    go: "Get it back",
  },
  permits: {
    none: {
      title: "No cell is yours here yet",
      next: "Ask whoever runs the cabinet for one, and tell them this number.",
    },
    until: "Until {t}",
    later: "{cells}: from {t}",
    all: "All cells",
    id: "Your number",
    copy: "Copy it",
  },
  store: {
    title: "Store something",
    one: "Store something",
    free: "{k} free",
    larger: "Full: you get a larger one",
    full: "Full",
    limit: "Take your things out first",
  },
  pickup: { title: "I have a code", label: "8-digit pickup code", go: "Open" },
  share: {
    title: "Pickup code",
    until: "Works once, until {t}",
    how: "Your friend scans the cabinet’s code and enters this one.",
    copy: "Copy for a friend",
    renew: "New code",
    message:
      "I left something for you in “{name}”, cell {n}. Scan the code on the cabinet and enter {code} to open it. It works until {t}.",
  },
  drawing: { title: "The cabinet", mine: "Mine", doorOpen: "Door open", opening: "Opening" },
  help: {
    title: "The door did not open?",
    steps: [
      "Push the door gently until it clicks, then pull.",
      "Wait a few seconds and tap once more.",
      "If that does not help, take another cell.",
      "Your things are inside? Ask whoever runs the cabinet and tell them the door’s number.",
    ],
    link: "What now?",
  },
  contact: { title: "Help", operator: "whoever runs" },
  scan: { start: "Scan another cabinet", busy: "Opening the scanner…" },
  me: {
    title: "My account",
    signOut: "Sign out",
    holding: "You still have a cell. Signed out you could not open it, so give it back first.",
    lost: {
      guest:
        "You are a guest, so this cannot be undone: your history is lost, and you come back as somebody new.",
      member:
        "This signs you out on all phones. Your cells and history stay, and WeChat’s login brings you back.",
    },
    leave: "Yes, sign out",
    remove: "Remove my data",
    note: "This removes who you are, and what names you in the records. It cannot be undone.",
    sure: "Yes, remove it",
    cancel: "Cancel",
    working: "One moment…",
    signedOut: {
      guest: { title: "You are signed out", next: "Next time you start as somebody new." },
      member: {
        title: "You are signed out",
        next: "Scan the cabinet’s code or use the button to come back.",
      },
    },
    removed: { title: "Your data was removed", next: "Thank you. Next time you start as somebody new." },
    enter: "Come in again",
  },
};

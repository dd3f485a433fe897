import type { JoinTexts } from "./texts.ts";

/** The texts in English. */
export const en: JoinTexts = {
  htmlLang: "en",
  product: "Kaigui",
  title: "Staff account",
  looking: "Checking the link…",
  needsScript: "This page needs JavaScript. Switch it on in the browser’s settings.",
  slowScript: "Nothing happens? Open the link in a newer browser.",
  noLink: {
    title: "The link is not complete",
    next:
      "Open the link that you were sent again, or copy all of it into the browser. The same if you reloaded this page.",
  },
  over: {
    title: "This link does not work any more",
    next:
      "A link works once and for 72 hours. Ask the owner for a new one. If a terminal printed the link, use the one that it printed last.",
  },
  perhapsDone: {
    title: "This link was used",
    next:
      "What you sent before may have worked, which cannot be found out now. Ask the owner; if it did not work, ask for a new link.",
  },
  troubles: {
    away: {
      title: "The service does not answer",
      next: "The link is not used yet. Check the network and try again.",
    },
    "too-many": { title: "Too many tries", next: "The link is not used yet. Try again in some minutes." },
  },
  again: "Try again",
  headings: {
    new: { named: "Join “{organization}”", unnamed: "Create your staff account" },
    known: { named: "Join “{organization}”", unnamed: "Join the staff" },
    "log-in": { named: "Log in and join “{organization}”", unnamed: "Log in and join the staff" },
    reset: "Set a new password",
  },
  roles: {
    owner: {
      name: "Owner",
      may: [
        "Manage staff, tokens and the organization",
        "Manage rules, permits and rentals",
        "Open doors, clear cells, handle alarms",
        "Install and test cabinets",
      ],
    },
    manager: {
      name: "Manager",
      may: [
        "Manage rules, permits and rentals",
        "Open doors, clear cells, handle alarms",
        "Install and test cabinets",
      ],
    },
    attendant: {
      name: "Attendant",
      may: [
        "Open doors, with a reason",
        "Clear cells, take them out of use, handle alarms",
        "See who uses which cell",
      ],
    },
    installer: { name: "Installer", may: ["Set up and test cabinets", "Open free cells"] },
    viewer: {
      name: "Viewer",
      may: ["See cabinets, their state and alarms, without people’s names"],
    },
  },
  role: "Your role: {role}",
  may: "What you may do",
  scope: "Only for cabinets with these tags: {tags}",
  comma: ", ",
  account: "Account",
  resetNote:
    "This logs the account out on all other devices and switches its second factor off, so set that up again.",
  login: { label: "E-mail or mobile number", hint: "You log in with it." },
  name: { label: "Name", hint: "Colleagues see it." },
  password: {
    label: "Password",
    next: "New password",
    hint: "At least {k} characters; a few unrelated words are easy to remember.",
    show: "Show password",
  },
  code: { label: "Code", hint: "Six digits from your authenticator app, or a recovery code." },
  submit: {
    new: "Create account and join",
    known: "Join as {login}",
    "log-in": "Log in and join",
    reset: "Save new password",
  },
  busy: "Sending…",
  ways: {
    new: "No account? Create one",
    known: "Join as {login}",
    "log-in": "Have an account? Log in to join",
  },
  other: "Use another account",
  problems: {
    "login-missing": "Enter your e-mail address or mobile number.",
    "login-bad":
      "Enter an e-mail address, such as anna@example.com, or a mobile number, in unaccented letters, digits and signs.",
    "login-taken":
      "There is an account with this login. If it is yours, log in to join; if not, use another one.",
    "name-missing": "Enter your name.",
    "password-missing": "Enter your password.",
    "password-short": "The password is too short: use at least {k} characters.",
    "password-bad":
      "This password cannot be used: it is too long or has control characters. Choose another one.",
    "code-missing": "This account has a second factor: enter a code.",
    "code-wrong": "The code is wrong: enter the latest six digits from your app.",
    wrong: "The login or the password is wrong. Check both.",
    "session-over": "Your session is over. Log in again.",
    member: "This account is a member already; there is no need to join.",
    limit: "The organization has as many members as it may have. Ask the owner.",
    "too-many": "Too many tries, so this one was not looked at. Try again in some minutes.",
    away: "The service is not available; it may or may not have worked. Try again in a moment.",
    silent: "No answer came; it may or may not have worked. Check the network and try again.",
    refused: "It did not work. Open the link again; if that does not help, ask the owner.",
  },
  done: {
    joined: { named: "You joined “{organization}”", unnamed: "Your account is ready" },
    reset: "Your new password is set",
    loggedIn: "Logged in as",
    where: "Where to go on",
    commandLine: "Command line, with a token that an owner makes:",
    api: "REST API description:",
    console: "A console in the browser comes with a later version.",
    secondFactor: {
      title: "Set up a second factor",
      next:
        "Your organization wants one for your role. Until you have it, all else is refused. Set it up with:",
    },
  },
};

/** The data for the WXML of the cabinet's page, from the state (`model.js`). */
const { isAtLimit, isRunning } = require("./model.js");

/** The colours of a tap's result. */
const TONES = {
  opened: "good",
  accepted: "careful",
  failed: "bad",
  unconfirmed: "careful",
  refused: "bad",
  kept: "good",
  claimed: "good",
};

/** The page's data. @param nowMs milliseconds since 1970 */
function viewOf(state, { texts, nowMs }) {
  const { link, trouble, tap, endedRental, cabinet, sharedCode } = state;
  const canTap = link === "live" && cabinet.online && !isRunning(tap);
  return {
    status: statusOf(state, texts),
    canTryAgain: link === "away" && trouble.lasting,
    news: newsOf({ tap, endedRental }, texts),
    canTap,
    isKnown: cabinet !== undefined,
    ...(cabinet === undefined ? {} : {
      name: cabinet.name,
      // Whom to ask for help; a service of a version before says nobody.
      contact: cabinet.contact || null,
      opensCells: cabinet.mode !== "storage",
      cells: cabinet.cells.map((cell) => cellOf(cell, { state, texts, nowMs })),
      sizes: sizesOf(state, texts),
      rentals: state.rentals.map((rental) => rentalOf(rental, { sharedCode, texts })),
    }),
  };
}

function statusOf({ link, trouble, cabinet }, texts) {
  if (link === "connecting") return texts.connecting;
  if (link === "away") return texts.troubles[trouble.code] || texts.troubles.service;
  return cabinet.online ? texts.hints[cabinet.mode] : texts.cabinetOffline;
}

function newsOf({ tap, endedRental }, texts) {
  if (tap === undefined && endedRental === undefined) return { text: "", tone: "calm" };
  if (tap === undefined) {
    const text = texts.over[endedRental.reason] || texts.over.unknown;
    return { text: fill(text, endedRental.cell, texts), tone: "careful" };
  }
  if (isRunning(tap)) return { text: fill(texts.steps[tap.step], tap.request.cell, texts), tone: "busy" };
  const { state, reason, cell = tap.request.cell } = tap.result;
  return { text: fill(texts.reasons[reason] || texts.states[state], cell, texts), tone: TONES[state] };
}

function fill(text, cell, { doorName, someDoor }) {
  return text.replace("{door}", cell ? doorName.replace("{n}", cell) : someDoor);
}

function cellOf({ cell, size, state, door }, { state: { cabinet, permits }, texts, nowMs }) {
  const isOut = state === "disabled" || state === "faulty";
  const isHeld = state === "held" && cabinet.mode === "storage";
  return {
    cell,
    size: texts.sizes[size] || size,
    says: isOut || isHeld ? texts.uses[state] : texts.doors[door],
    tone: isOut ? "careful" : door === "open" ? "good" : "calm",
    // For looks only: this phone's clock may be wrong, so the service decides whether the cell opens.
    isOthers: cabinet.mode === "assigned" && !isPermitted(cell, { permits, nowMs }),
  };
}

function isPermitted(cell, { permits = [], nowMs }) {
  return permits.some(({ cells, from, until }) =>
    (cells === null || cells.includes(cell)) && Date.parse(from) <= nowMs &&
    (until === undefined || nowMs < Date.parse(until))
  );
}

/** The sizes, small ones first, with how many cells are free. */
function sizesOf(state, texts) {
  const { sizes, cells } = state.cabinet;
  const hasEnough = isAtLimit(state);
  return sizes.map((size) => {
    const free = cells.filter((cell) => cell.size === size && cell.state === "free").length;
    return {
      size,
      label: texts.sizes[size] || size || texts.anySize,
      left: hasEnough ? texts.atLimit : texts.left.replace("{n}", free),
      isFull: hasEnough || free === 0,
    };
  });
}

function rentalOf({ rental, number, cell, state, since, until, picked, collecting }, { sharedCode, texts }) {
  const isShared = sharedCode !== undefined && sharedCode.rental === rental;
  const isHeld = state === "held";
  return {
    rental,
    cell,
    name: texts.doorName.replace("{n}", cell),
    number: number === undefined ? "" : texts.number + number.replace(/^(.{4})/, "$1 "),
    since: texts.since + timeOf(since),
    until: until === undefined ? "" : texts.until + timeOf(until),
    says: collecting ? texts.collecting : isHeld ? "" : texts[state],
    isHeld,
    // The person who stored is asked whether to give the cell back; a person with a pickup code takes the thing out.
    canTake: isHeld && !picked && !collecting,
    canCollect: isHeld && Boolean(picked),
    canKeep: !isHeld && !picked && !collecting,
    canReopen: !collecting && !(isHeld && !picked),
    code: isShared ? sharedCode.code : "",
    codeUntil: isShared ? texts.codeUntil + timeOf(sharedCode.until) : "",
  };
}

/** Such as `03-09 14:05`, in the phone's time zone. */
function timeOf(rfc3339) {
  const time = new Date(rfc3339);
  const two = (number) => String(number).padStart(2, "0");
  const day = `${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}`;
}

module.exports = { viewOf };

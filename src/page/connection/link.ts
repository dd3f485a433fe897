import { backoffMs } from "../../lib/concurrency/backoff.ts";
import {
  backoffFirstMs,
  backoffMaxMs,
  connectDeadlineMs,
  frozenAfterMs,
  pingEveryMs,
  pongDeadlineMs,
  probeDeadlineMs,
  promptMs,
  refusalsBeforeCheck,
  steadyAfterMs,
} from "../times.ts";

interface AttemptCount {
  /** Connections lost or not made since the last steady one, which the backoff grows with. */
  readonly tries: number;
  /** Sockets in a row that closed before they opened. */
  readonly refusals: number;
}

/** The connection's state. `opening` lasts until the first message, `open` until the socket is given up. */
export type LinkState =
  | AttemptCount & { readonly phase: "waiting"; readonly untilMs: number }
  | AttemptCount & { readonly phase: "opening"; readonly deadlineMs: number; readonly accepted: boolean }
  | AttemptCount & {
    readonly phase: "open";
    readonly sinceMs: number;
    readonly receivedAtMs: number;
    readonly pingAtMs: number;
    /** When the socket counts as dead; `undefined` while no ping waits for an answer. */
    readonly deadlineMs: number | undefined;
  };

/** What can happen to the connection. `accepted`: the socket opened; `wake`: the person came back to the page. */
export type LinkEvent = "accepted" | "received" | "closed" | "tick" | "wake" | "online" | "offline";

/** What the caller has to do. `check-page`: find out whether the server still shows the person this page. */
export type LinkEffect = "connect" | "drop" | "ping" | "check-page";

/** The time and the random number of a transition. */
export interface LinkInput {
  readonly nowMs: number;
  /** In [0, 1): pages of a restarted server do not all connect at once. */
  readonly random: number;
}

/** The next state, and what the caller has to do. */
export type LinkTransition = readonly [LinkState, readonly LinkEffect[]];

/** The first transition: connect. */
export function beginLink(nowMs: number): LinkTransition {
  return connect({ tries: 0, refusals: 0 }, { nowMs });
}

/** The next transition: when to connect, ping, give up and try again. */
export function stepLink(
  link: LinkState,
  { event, at }: { event: LinkEvent; at: LinkInput },
): LinkTransition {
  switch (link.phase) {
    case "waiting":
      return stepWaiting(link, { event, at });
    case "opening":
      return stepOpening(link, { event, at });
    case "open":
      return stepOpen(link, { event, at });
  }
}

/** When the link wants its next `tick`. */
export function tickAtMs(link: LinkState): number {
  if (link.phase === "waiting") return link.untilMs;
  if (link.phase === "opening") return link.deadlineMs;
  return Math.min(link.pingAtMs, link.deadlineMs ?? Infinity);
}

type InPhase<Phase extends LinkState["phase"]> = Extract<LinkState, { phase: Phase }>;
interface TimedEvent {
  readonly event: LinkEvent;
  readonly at: LinkInput;
}
interface Loss {
  readonly at: LinkInput;
  readonly effects: readonly LinkEffect[];
}

function stepWaiting(link: InPhase<"waiting">, { event, at }: TimedEvent): LinkTransition {
  const due = event === "tick" && at.nowMs >= link.untilMs;
  return due || event === "wake" || event === "online" ? connect(link, at) : [link, []];
}

function stepOpening(link: InPhase<"opening">, { event, at }: TimedEvent): LinkTransition {
  switch (event) {
    case "accepted":
      return [{ ...link, accepted: true, refusals: 0 }, []];
    case "received":
      return [opened(link, at.nowMs), []];
    case "closed":
      return notOpened(link, { at, effects: [] });
    case "online":
      return connect(link, { ...at, effects: ["drop"] });
    case "tick":
      return at.nowMs >= link.deadlineMs ? notOpened(link, { at, effects: ["drop"] }) : [link, []];
    default:
      return [link, []];
  }
}

function stepOpen(link: InPhase<"open">, { event, at }: TimedEvent): LinkTransition {
  const { nowMs } = at;
  switch (event) {
    case "received":
      return [{ ...link, receivedAtMs: nowMs, deadlineMs: undefined }, []];
    case "closed":
      return lost(countAfter(link, nowMs), { at, effects: [] });
    case "tick":
      return ticked(link, nowMs);
    case "wake":
    case "online":
    case "offline":
      return nowMs - link.receivedAtMs > frozenAfterMs
        ? replace(link, nowMs)
        : ping(link, { nowMs, withinMs: probeDeadlineMs });
    default:
      return [link, []];
  }
}

function ticked(link: InPhase<"open">, nowMs: number): LinkTransition {
  if (link.deadlineMs !== undefined && nowMs >= link.deadlineMs) return replace(link, nowMs);
  return nowMs >= link.pingAtMs ? ping(link, { nowMs, withinMs: pongDeadlineMs }) : [link, []];
}

function ping(
  link: InPhase<"open">,
  { nowMs, withinMs }: { nowMs: number; withinMs: number },
): LinkTransition {
  const deadlineMs = Math.min(link.deadlineMs ?? Infinity, nowMs + withinMs);
  return [{ ...link, pingAtMs: nowMs + pingEveryMs, deadlineMs }, ["ping"]];
}

function opened({ tries, refusals, deadlineMs: connectedBy }: InPhase<"opening">, nowMs: number): LinkState {
  const isPrompt = nowMs - (connectedBy - connectDeadlineMs) <= promptMs;
  const pingAtMs = isPrompt ? nowMs + pingEveryMs : nowMs;
  return {
    phase: "open",
    tries,
    refusals,
    sinceMs: nowMs,
    receivedAtMs: nowMs,
    pingAtMs,
    deadlineMs: undefined,
  };
}

/** Connects without a backoff: the silence of the dead socket was wait enough. */
function replace(link: InPhase<"open">, nowMs: number): LinkTransition {
  return connect(countAfter(link, nowMs), { nowMs, effects: ["drop"] });
}

/** Only a steady connection resets the tries, so that a server which welcomes and closes at once is not flooded. */
function countAfter(link: InPhase<"open">, nowMs: number): AttemptCount {
  const steady = nowMs - link.sinceMs >= steadyAfterMs;
  return { tries: steady ? 0 : link.tries, refusals: 0 };
}

function connect(
  { tries, refusals }: AttemptCount,
  { nowMs, effects = [] }: { readonly nowMs: number; readonly effects?: readonly LinkEffect[] },
): LinkTransition {
  const deadlineMs = nowMs + connectDeadlineMs;
  return [{ phase: "opening", tries, refusals, deadlineMs, accepted: false }, [...effects, "connect"]];
}

/** A socket that closed before it opened may be the server's refusal: a browser does not tell a page its answer. */
function notOpened(link: InPhase<"opening">, { at, effects }: Loss): LinkTransition {
  if (link.accepted) return lost(link, { at, effects });
  const refusals = link.refusals + 1;
  const check: readonly LinkEffect[] = refusals % refusalsBeforeCheck === 0 ? ["check-page"] : [];
  return lost({ ...link, refusals }, { at, effects: [...effects, ...check] });
}

function lost({ tries, refusals }: AttemptCount, { at, effects }: Loss): LinkTransition {
  const untilMs = at.nowMs +
    backoffMs(tries, { firstMs: backoffFirstMs, maxMs: backoffMaxMs, random: at.random });
  return [{ phase: "waiting", tries: tries + 1, refusals, untilMs }, effects];
}

/**
 * When to connect, ping, give up and try again: the life of the page's connection as a pure state machine.
 *
 * @module
 */
import { backoffMs } from "./backoff.ts";
import {
  connectDeadlineMs,
  frozenAfterMs,
  pingEveryMs,
  pongDeadlineMs,
  probeDeadlineMs,
  promptMs,
  refusalsBeforeAsking,
  steadyAfterMs,
} from "../times.ts";

interface AttemptCount {
  /** Connections lost or not made since the last steady one: how far the backoff has come. */
  readonly tries: number;
  /** Sockets in a row that closed before they opened. */
  readonly refusals: number;
}

/** Where the connection stands. `opening` lasts until the first message; `open` until the socket is given up. */
export type LinkState =
  | AttemptCount & { readonly phase: "waiting"; readonly untilMs: number }
  | AttemptCount & { readonly phase: "opening"; readonly deadlineMs: number; readonly accepted: boolean }
  | AttemptCount & {
    readonly phase: "open";
    readonly sinceMs: number;
    readonly heardAtMs: number;
    readonly pingAtMs: number;
    /** When the socket counts as dead; `undefined` while nothing is asked of it. */
    readonly deadlineMs: number | undefined;
  };

/** What can happen to the connection. `accepted` is the socket's `open`; `wake`: the person is back. */
export type LinkEvent = "accepted" | "heard" | "closed" | "tick" | "wake" | "online" | "offline";

/** What the driver has to do. `ask-page`: find out whether the server still shows this page to this person. */
export type LinkEffect = "connect" | "drop" | "ping" | "ask-page";

/** The moment and the luck of a step. */
export interface LinkInput {
  readonly nowMs: number;
  /** In [0, 1): spreads the pages of a restarted server over time. */
  readonly random: number;
}

/** A link and what is to be done about it. */
export type LinkTransition = readonly [LinkState, readonly LinkEffect[]];

/** The first move: connect. */
export function beginLink(nowMs: number): LinkTransition {
  return connect({ tries: 0, refusals: 0 }, { nowMs });
}

/** The next move. */
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

type In<Phase extends LinkState["phase"]> = Extract<LinkState, { phase: Phase }>;
interface Happening {
  readonly event: LinkEvent;
  readonly at: LinkInput;
}
interface Losing {
  readonly at: LinkInput;
  readonly effects: readonly LinkEffect[];
}

function stepWaiting(link: In<"waiting">, { event, at }: Happening): LinkTransition {
  const due = event === "tick" && at.nowMs >= link.untilMs;
  return due || event === "wake" || event === "online" ? connect(link, at) : [link, []];
}

function stepOpening(link: In<"opening">, { event, at }: Happening): LinkTransition {
  switch (event) {
    case "accepted":
      return [{ ...link, accepted: true, refusals: 0 }, []];
    case "heard":
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

function stepOpen(link: In<"open">, { event, at }: Happening): LinkTransition {
  const { nowMs } = at;
  switch (event) {
    case "heard":
      return [{ ...link, heardAtMs: nowMs, deadlineMs: undefined }, []];
    case "closed":
      return lost(rated(link, nowMs), { at, effects: [] });
    case "tick":
      return ticked(link, nowMs);
    case "wake":
    case "online":
    case "offline":
      return nowMs - link.heardAtMs > frozenAfterMs
        ? replace(link, nowMs)
        : ping(link, { nowMs, withinMs: probeDeadlineMs });
    default:
      return [link, []];
  }
}

function ticked(link: In<"open">, nowMs: number): LinkTransition {
  if (link.deadlineMs !== undefined && nowMs >= link.deadlineMs) return replace(link, nowMs);
  return nowMs >= link.pingAtMs ? ping(link, { nowMs, withinMs: pongDeadlineMs }) : [link, []];
}

function ping(link: In<"open">, { nowMs, withinMs }: { nowMs: number; withinMs: number }): LinkTransition {
  const deadlineMs = Math.min(link.deadlineMs ?? Infinity, nowMs + withinMs);
  return [{ ...link, pingAtMs: nowMs + pingEveryMs, deadlineMs }, ["ping"]];
}

function opened({ tries, refusals, deadlineMs: connectedBy }: In<"opening">, nowMs: number): LinkState {
  const isPrompt = nowMs - (connectedBy - connectDeadlineMs) <= promptMs;
  const pingAtMs = isPrompt ? nowMs + pingEveryMs : nowMs;
  return {
    phase: "open",
    tries,
    refusals,
    sinceMs: nowMs,
    heardAtMs: nowMs,
    pingAtMs,
    deadlineMs: undefined,
  };
}

/** A dead socket's successor is not made to wait: the silence was wait enough. */
function replace(link: In<"open">, nowMs: number): LinkTransition {
  return connect(rated(link, nowMs), { nowMs, effects: ["drop"] });
}

/** A server that welcomes and hangs up at once must not be hammered: only a steady connection clears the tries. */
function rated(link: In<"open">, nowMs: number): AttemptCount {
  const steady = nowMs - link.sinceMs >= steadyAfterMs;
  return { tries: steady ? 0 : link.tries, refusals: 0 };
}

interface Connecting {
  readonly nowMs: number;
  readonly effects?: readonly LinkEffect[];
}

function connect({ tries, refusals }: AttemptCount, { nowMs, effects = [] }: Connecting): LinkTransition {
  const deadlineMs = nowMs + connectDeadlineMs;
  return [{ phase: "opening", tries, refusals, deadlineMs, accepted: false }, [...effects, "connect"]];
}

/** A socket that closed before it opened may be the server's no, of which a browser tells the page nothing else. */
function notOpened(link: In<"opening">, { at, effects }: Losing): LinkTransition {
  if (link.accepted) return lost(link, { at, effects });
  const refusals = link.refusals + 1;
  const ask: readonly LinkEffect[] = refusals % refusalsBeforeAsking === 0 ? ["ask-page"] : [];
  return lost({ ...link, refusals }, { at, effects: [...effects, ...ask] });
}

function lost({ tries, refusals }: AttemptCount, { at, effects }: Losing): LinkTransition {
  const untilMs = at.nowMs + backoffMs(tries, at.random);
  return [{ phase: "waiting", tries: tries + 1, refusals, untilMs }, effects];
}

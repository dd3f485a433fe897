/**
 * What programs say to each other over NATS, and the one place where it is looked at. Fields and kinds that this
 * version does not know are passed over, so that programs of several versions get on with each other.
 *
 * @module
 */
import { decode } from "../codec.ts";

/** Asked of whoever serves an address. Times are on clocks of their own that nobody else shares, in milliseconds. */
export interface Ask<Request> {
  /** The asker's isolate, and when it sent this. */
  readonly from: string;
  readonly at: number;
  /** For how long it might have been begun then. */
  readonly leftMs: number;
  /** What an isolate said when it asked to be asked again. */
  readonly echo: Echo | undefined;
  readonly request: Request;
}

/** An isolate and the time on its clock. */
export interface Echo {
  readonly from: string;
  readonly at: number;
}

/** Said to an asker. */
export type AnswerMessage<Progress, Reply> =
  /** It has come and is being done. */
  | { readonly type: "heard"; readonly from: string }
  /** It was not begun, because it is not known how long it was on its way, or somebody else serves it now. Ask again. */
  | { readonly type: "again"; readonly from: string; readonly at: number }
  /** It came too late and was not begun. */
  | { readonly type: "late" }
  | { readonly type: "progress"; readonly progress: Progress }
  | { readonly type: "reply"; readonly reply: Reply }
  /** It was begun and there is no reply that could be sent. */
  | { readonly type: "broken" };

/** Said to all. */
export type PresenceMessage =
  | {
    readonly type: "hello";
    readonly from: string;
    readonly program: string;
    /** Programs of the version before compare clocks by it. */
    readonly at: number;
    /** Changes when something that it published may have been lost. */
    readonly lost: number;
  }
  | { readonly type: "bye"; readonly from: string };

/** What an isolate serves. */
export interface ClaimMessage {
  readonly from: string;
  readonly entries: readonly (readonly [address: string, epoch: number])[];
}

/** What was published about an address. */
export interface EventMessage<Event> {
  readonly program: string;
  readonly event: Event;
}

/** @throws {SyntaxError} if it is none, as of all readers here */
export function readAsk<Request>(bytes: Uint8Array): Ask<Request> {
  const { from, at, leftMs, echo, request } = recordOf(decode(bytes));
  return {
    from: textOf(from),
    at: numberOf(at),
    leftMs: numberOf(leftMs),
    echo: echo === undefined ? undefined : echoOf(recordOf(echo)),
    request: request as Request,
  };
}

/** @returns `undefined` if it is of a kind that this version does not know */
export function readAnswer<Progress, Reply>(bytes: Uint8Array): AnswerMessage<Progress, Reply> | undefined {
  const { type, from, at, progress, reply } = recordOf(decode(bytes));
  switch (type) {
    case "heard":
      return { type, from: textOf(from) };
    case "again":
      return { type, from: textOf(from), at: numberOf(at) };
    case "late":
    case "broken":
      return { type };
    case "progress":
      return { type, progress: progress as Progress };
    case "reply":
      return { type, reply: reply as Reply };
    default:
      return undefined;
  }
}

/** @returns `undefined` if it is of a kind that this version does not know */
export function readPresence(bytes: Uint8Array): PresenceMessage | undefined {
  const { type, from, program, at, lost } = recordOf(decode(bytes));
  if (type === "bye") return { type, from: textOf(from) };
  if (type !== "hello") return undefined;
  return { type, from: textOf(from), program: textOf(program), at: numberOf(at), lost: numberOf(lost) };
}

export function readClaims(bytes: Uint8Array): ClaimMessage {
  const { from, entries } = recordOf(decode(bytes));
  if (!Array.isArray(entries)) throw new SyntaxError("Cannot read claims: they are no list");
  return { from: textOf(from), entries: entries.map(claimOf) };
}

export function readNews<Event>(bytes: Uint8Array): EventMessage<Event> {
  const { program, event } = recordOf(decode(bytes));
  return { program: textOf(program), event: event as Event };
}

function claimOf(entry: unknown): [address: string, epoch: number] {
  if (!Array.isArray(entry)) throw new SyntaxError("Cannot read claims: one is no list");
  return [textOf(entry[0]), numberOf(entry[1])];
}

function echoOf({ from, at }: Record<string, unknown>): Echo {
  return { from: textOf(from), at: numberOf(at) };
}

function recordOf(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Map) {
    throw new SyntaxError("Cannot read a message: it is no record");
  }
  return value as Record<string, unknown>;
}

function textOf(value: unknown): string {
  if (typeof value !== "string") throw new SyntaxError("Cannot read a message: a text is missing");
  return value;
}

function numberOf(value: unknown): number {
  if (typeof value !== "number") throw new SyntaxError("Cannot read a message: a number is missing");
  return value;
}

/**
 * The messages between programs over NATS, and the one place where they are validated. Fields and types that this
 * version does not know are ignored, so that programs of several versions work together.
 *
 * @module
 */
import { decode } from "../codec.ts";

/** A request to the owner of an address. Times are in milliseconds, each on a clock that only one isolate has. */
export interface NatsRequest<Request> {
  /** The requester's isolate, and when it sent this. */
  readonly from: string;
  readonly at: number;
  /** For how long the request might have been begun then. */
  readonly leftMs: number;
  /** Repeats the owner's `again` that this request follows, if any. */
  readonly echo: Echo | undefined;
  readonly request: Request;
}

/** An isolate, and a time on its clock. */
export interface Echo {
  readonly from: string;
  readonly at: number;
}

/** An answer to a requester. */
export type AnswerMessage<Progress, Reply> =
  /** The request arrived and is begun. */
  | { readonly type: "heard"; readonly from: string }
  /**
   * The request was not begun, because it is not known how long it was on its way, or the address has another owner by
   * now. Send it again.
   */
  | { readonly type: "again"; readonly from: string; readonly at: number }
  /** The request came too late and was not begun. */
  | { readonly type: "late" }
  | { readonly type: "progress"; readonly progress: Progress }
  | { readonly type: "reply"; readonly reply: Reply }
  /** The request was begun, and its reply cannot be sent. */
  | { readonly type: "broken" };

/** Sent to all isolates. */
export type PresenceMessage =
  | {
    readonly type: "hello";
    readonly from: string;
    readonly program: string;
    /** Read by programs of the version before, which compare clocks by it. */
    readonly at: number;
    /** Changes when an event that this isolate published may have been lost. */
    readonly lost: number;
  }
  | { readonly type: "bye"; readonly from: string };

/** What an isolate has claimed. */
export interface ClaimMessage {
  readonly from: string;
  readonly entries: readonly (readonly [address: string, epoch: number])[];
}

/** An event that was published about an address. */
export interface EventMessage<Event> {
  readonly program: string;
  readonly event: Event;
}

/** @throws {SyntaxError} if the bytes are not such a message, as all readers here do */
export function readRequest<Request>(bytes: Uint8Array): NatsRequest<Request> {
  const { from, at, leftMs, echo, request } = recordOf(decode(bytes));
  return {
    from: textOf(from),
    at: numberOf(at),
    leftMs: numberOf(leftMs),
    echo: echo === undefined ? undefined : echoOf(recordOf(echo)),
    request: request as Request,
  };
}

/** @returns `undefined` if this version does not know its type */
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

/** @returns `undefined` if this version does not know its type */
export function readPresence(bytes: Uint8Array): PresenceMessage | undefined {
  const { type, from, program, at, lost } = recordOf(decode(bytes));
  if (type === "bye") return { type, from: textOf(from) };
  if (type !== "hello") return undefined;
  return { type, from: textOf(from), program: textOf(program), at: numberOf(at), lost: numberOf(lost) };
}

export function readClaims(bytes: Uint8Array): ClaimMessage {
  const { from, entries } = recordOf(decode(bytes));
  if (!Array.isArray(entries)) throw new SyntaxError("Cannot read claims: they are not a list");
  return { from: textOf(from), entries: entries.map(claimOf) };
}

export function readEvent<Event>(bytes: Uint8Array): EventMessage<Event> {
  const { program, event } = recordOf(decode(bytes));
  return { program: textOf(program), event: event as Event };
}

function claimOf(entry: unknown): [address: string, epoch: number] {
  if (!Array.isArray(entry)) throw new SyntaxError("Cannot read claims: one of them is not a list");
  return [textOf(entry[0]), numberOf(entry[1])];
}

function echoOf({ from, at }: Record<string, unknown>): Echo {
  return { from: textOf(from), at: numberOf(at) };
}

function recordOf(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Map) {
    throw new SyntaxError("Cannot read a message: it is not a record");
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

import type { Kaigui } from "kaigui-client";
import type { ProblemCode } from "../operator/contract/shared/problem_codes.ts";
import { delay } from "../lib/concurrency/delay.ts";
import { Failure } from "./io.ts";

/** Pauses before a call is sent again: none, and such in which a service starts again. */
const RESEND_MS: readonly number[] = [0, 1_000, 3_000];

/** How a call ended. */
export interface Outcome {
  readonly data?: unknown;
  /** The refusal as the service told it, or why there is none; `undefined`: all is well. */
  readonly error?: unknown;
  /** `undefined`: nothing came back. */
  readonly response?: Response;
}

/**
 * Whether the connection broke before the whole answer was there. That there was none to begin with is told by words alone:
 * where Deno had others, a call would be sent in vain.
 */
export function isBroken({ error, response }: Outcome): boolean {
  if (!(error instanceof TypeError)) return false;
  return response !== undefined || error.cause instanceof Error && !error.cause.message.includes("(Connect)");
}

/**
 * Sends a call again whose connection broke: one that is the same act each time. Until it is answered, the service may be
 * away, as when it starts again.
 *
 * @param options.pausesMs before each time, in milliseconds @default {[0, 1_000, 3_000]}
 * @returns the first outcome where no answer comes
 */
export async function resent(
  broken: Outcome,
  send: () => Promise<Outcome>,
  { signal, pausesMs = RESEND_MS }: { signal: AbortSignal; pausesMs: readonly number[] | undefined },
): Promise<Outcome> {
  for (const ms of pausesMs) {
    await delay(ms, { signal });
    const outcome = await send();
    const isAway = outcome.response === undefined && outcome.error instanceof TypeError;
    if (!isAway && !isBroken(outcome)) return outcome;
  }
  return broken;
}

/** A call was refused, or its answer did not come. */
export class CallFailure extends Failure {
  override name = "CallFailure";
  /** HTTP; `undefined`: nothing came back, or not all of it. */
  readonly status: number | undefined;
  /** What the problem is called for programs; `undefined`: nobody said. */
  readonly code: string | undefined;

  constructor(
    message: string,
    { status, code, cause }: { status?: number; code?: string | undefined; cause?: unknown },
  ) {
    super(message, { cause });
    this.status = status;
    this.code = code;
  }

  /** Whether the service said no: nothing was done. Otherwise it may have done it, and may answer when it is asked again. */
  get isRefusal(): boolean {
    return this.status !== undefined && this.status >= 400 && this.status < 500;
  }
}

/** Whether the call failed for that reason, as the service calls it for programs. */
export function isProblem(error: unknown, code: ProblemCode): boolean {
  return error instanceof CallFailure && error.code === code;
}

type Operation = (options: never) => Promise<Outcome>;

/** The operations of the generated client that answer once. */
export type OperationName = {
  [Name in keyof Kaigui]: Kaigui[Name] extends Operation ? Name : never;
}[keyof Kaigui];

type OptionsOf<Name extends OperationName> = NonNullable<Parameters<Kaigui[Name]>[0]>;

type PartOf<Name extends OperationName, Part extends string> = Part extends keyof OptionsOf<Name>
  ? NonNullable<OptionsOf<Name>[Part]>
  : never;

/** What may be given for it: what is optional may be `undefined`, and lists are not changed. */
type Given<T> = T extends readonly (infer Item)[] ? readonly Given<Item>[]
  : T extends object ? {
      readonly [Name in keyof T]:
        | Given<T[Name]>
        | (Record<never, never> extends Pick<T, Name> ? undefined : never);
    }
  : T;

/** A file is sent as its bytes, whatever its encoding. */
type BodyOf<Body> = Body extends string ? Uint8Array<ArrayBuffer> : Given<Body>;

/** What the operation takes. */
export type InputOf<Name extends OperationName> =
  & Pick<OptionsOf<Name>, keyof OptionsOf<Name> & "path">
  & { readonly query?: Given<PartOf<Name, "query">> }
  & ([PartOf<Name, "body">] extends [never] ? { readonly body?: never }
    : { readonly body?: BodyOf<PartOf<Name, "body">> })
  & {
    readonly headers?: Readonly<Record<string, string>>;
    /** How long the service may take, in milliseconds. @default {10_000} */
    readonly timeoutMs?: number;
    /** Ends the call, with its reason as the error: a {@linkcode Failure}. */
    readonly signal?: AbortSignal;
  };

type EndOf<Name extends OperationName> = Awaited<ReturnType<Kaigui[Name]>>;

/** What the operation answers when all is well. */
export type AnswerOf<Name extends OperationName> = Exclude<EndOf<Name>["data"], undefined>;

/** What the operation wants to be confirmed before it is done. */
export type ConfirmationOf<Name extends OperationName> = Extract<
  EndOf<Name> extends infer End ? End extends { readonly error?: infer Refusal } ? Refusal : never : never,
  { readonly confirm: string }
>;

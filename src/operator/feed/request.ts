import type { Caller } from "../../staff/mod.ts";

/** What a feed is asked for. */
export interface FeedFilter {
  /** Only what is about these cabinets; empty: about any. */
  readonly cabinets: readonly string[];
  /** Only what is about cabinets with any of these tags; empty: about any. */
  readonly anyTag: readonly string[];
}

/** A feed to be opened. The cabinets that it names are within the caller's reach. */
export interface FeedRequest extends FeedFilter {
  readonly caller: Caller;
  /** The number of the last event that the reader has; `start`: from the oldest on; `undefined`: what comes from now on. */
  readonly after: number | "start" | undefined;
  /** Bytes of the answer that its peer's system has not taken yet. */
  readonly untakenBytes: () => number;
}

/** Opens feeds. */
export interface FeedOpener {
  /**
   * Opens a feed, which ends when its body is cancelled.
   *
   * @throws {TooManyFeedsError} if there is no room for it
   * @throws {Error} if the database does not answer
   */
  open(request: FeedRequest): Promise<{ readonly stream: ReadableStream<Uint8Array> }>;
}

/** There are as many feeds as there may be. */
export class TooManyFeedsError extends Error {
  override name = "TooManyFeedsError";
  /** Whether it is the isolate that has too many, and not the caller or the organization. */
  readonly isFull: boolean;

  constructor(message: string, { isFull = false } = {}) {
    super(message);
    this.isFull = isFull;
  }
}

/** A token and until when it is used, in milliseconds since 1970. */
export interface SharedToken {
  readonly value: string;
  readonly until: number;
}

/** The store for tokens that all programs of a fleet share. Its errors are passed on. */
export interface SharedTokens {
  /** The current token; `undefined`: there is none, or it has expired. */
  read(name: string): Promise<SharedToken | undefined>;
  /**
   * Gives one caller the lease to fetch the token; resolves with whether it is this caller. The next caller gets it after
   * `leaseMs`, or once a token was written.
   */
  lease(name: string, leaseMs: number): Promise<boolean>;
  write(name: string, token: SharedToken): Promise<void>;
}

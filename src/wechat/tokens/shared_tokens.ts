/** A token of WeChat's and until when it is used, in milliseconds since 1970. */
export interface SharedToken {
  readonly value: string;
  readonly until: number;
}

/** Where all programs of a fleet keep the tokens that they share. What it throws is passed on. */
export interface SharedTokens {
  /** The value that counts now; `undefined`: none, or its time is up. */
  read(name: string): Promise<SharedToken | undefined>;
  /**
   * Whether the caller is the one who does it now; nobody is again for `leaseMs`, or until something is written under
   * the name.
   */
  lease(name: string, leaseMs: number): Promise<boolean>;
  write(name: string, token: SharedToken): Promise<void>;
}

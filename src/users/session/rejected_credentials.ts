/**
 * What was not believed. `code` is WeChat's, `push` what comes as from WeChat's server, `token` the operator's, `password`,
 * `second-factor` and `link` those of staff.
 */
export type RejectedCredential =
  | "state"
  | "code"
  | "cookie"
  | "origin"
  | "push"
  | "person"
  | "token"
  | "password"
  | "second-factor"
  | "link";

/**
 * Why it was rejected, so that a log shows whether a link was only old or an attack goes on. `forged`: we or WeChat did
 * not make it. `expired`: its time is up. `replayed`: it was used before. `foreign`: it belongs to another person or
 * service. `ended`: the person ended it. `snapshot`: WeChat shows its preview to a person who has not signed in.
 * `declined`: the person did not agree. `wrong`: it is not the one that staff has. `too-many`: it was not checked, since too
 * many were wrong.
 */
export type RejectionReason =
  | "forged"
  | "expired"
  | "replayed"
  | "foreign"
  | "ended"
  | "snapshot"
  | "declined"
  | "wrong"
  | "too-many";

/** One rejection. */
export interface CredentialRefusal {
  readonly what: RejectedCredential;
  readonly why: RejectionReason;
  /** Network address that it came from. */
  readonly address: string;
}

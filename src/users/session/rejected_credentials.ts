/**
 * What is refused because somebody may not be who he says, and why; told apart so that a log says whether a link was
 * only old or somebody tries.
 *
 * @module
 */

/** What was not believed. `code` is WeChat's, `push` what comes as from WeChat's server, `token` the operator's. */
export type RejectedCredential = "state" | "code" | "cookie" | "origin" | "push" | "person" | "token";

/**
 * RejectionReason. `forged`: we or WeChat did not make it. `expired`: its time is up. `replayed`: it was used before. `foreign`: it
 * belongs to somebody or something else. `ended`: the person ended it. `snapshot`: WeChat shows its preview to somebody
 * who has not said who he is. `declined`: the person did not want to say it.
 */
export type RejectionReason =
  | "forged"
  | "expired"
  | "replayed"
  | "foreign"
  | "ended"
  | "snapshot"
  | "declined";

/** One refusal. */
export interface CredentialRefusal {
  readonly what: RejectedCredential;
  readonly why: RejectionReason;
  /** Network address that it came from. */
  readonly address: string;
}

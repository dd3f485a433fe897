/** A pushed message is not WeChat's, or not for this service. The error has nothing of the message's content. */
export class BadPushError extends Error {
  override readonly name = "BadPushError";
}

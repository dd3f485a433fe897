/** What came as from WeChat is no message of WeChat's, or none for us. Says nothing of what is in it. */
export class BadPushError extends Error {
  override readonly name = "BadPushError";
}

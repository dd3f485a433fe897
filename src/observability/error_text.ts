/** The error with its causes, on one line. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : ` (${messageOf(error.cause)})`;
  return `${error.name}: ${error.message}${cause}`;
}

/** The error with its stack, for one whose origin no other record shows. */
export function stackOf(error: unknown): string {
  return error instanceof Error ? error.stack ?? messageOf(error) : String(error);
}

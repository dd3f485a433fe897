import { TooManyTapsError, UnavailableError } from "../../locker/mod.ts";

/** Why there is no command in the journal. */
export type NoCommandReason = "busy" | "unavailable";

/** Why a command did not come to the journal; `undefined`: a mistake of the program. */
export function noCommandReason(error: unknown): NoCommandReason | undefined {
  if (error instanceof TooManyTapsError) return "busy";
  return error instanceof UnavailableError ? "unavailable" : undefined;
}

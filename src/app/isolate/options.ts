import type { Settings } from "../settings/settings.ts";
import type { Capacity } from "../capacity.ts";
import type { SharedParts } from "../shared_memory.ts";
import type { LogScope } from "../../observability/log.ts";

/** What an isolate is started with: plain data, since it goes to another thread. */
export interface IsolateOptions
  extends Omit<Settings, "dataDir" | "sessionSecret" | "operatorToken" | "tcpRetries"> {
  /** From 0 on. The first isolate also does what has to be done once in a program. */
  readonly index: number;
  /** Whether the program starts, and it is the isolate that invites the first owner then. */
  readonly invitesOwner: boolean;
  /** The same for all isolates of the program, and for no other's. */
  readonly program: string;
  /** This isolate's own name, never used before. */
  readonly name: string;
  readonly memory: SharedParts;
  /** How many connections all isolates of the program take together. */
  readonly capacity: Capacity;
  /** The program's version. */
  readonly version: string;
  /** @default {"all"} */
  readonly logs?: LogScope;
  readonly dataFolder: string;
  readonly sessionSecret: string;
  readonly operatorToken: string;
}

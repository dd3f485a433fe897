import type { Database } from "../db/mod.ts";
import type { ActLog, Acts, Cabinets, Commands, Journal, People, Permits } from "../locker/mod.ts";
import type { CabinetRouter } from "../router/mod.ts";
import type { Guard } from "../sockets.ts";

/** What the API works with. */
export interface OperatorContext {
  readonly db: Database;
  readonly cabinets: Cabinets;
  readonly commands: Commands;
  readonly journal: Journal;
  readonly actLog: ActLog;
  readonly acts: Acts;
  readonly permits: Permits;
  readonly people: People;
  readonly router: CabinetRouter;
  readonly token: string;
  /** How many proxies in front say where a request came from. */
  readonly trustedProxies: number;
  /** Runs what a socket's event asks for, and sees to what it throws. */
  readonly guard: Guard;
  /** Is told of mistakes of the program, and of a database that is away. */
  readonly failed: (error: unknown) => void;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
}

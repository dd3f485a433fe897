import type { Database } from "../db/mod.ts";
import type {
  AuditLog,
  CabinetCatalog,
  Commands,
  Journal,
  OperatorActions,
  People,
  Permits,
} from "../locker/mod.ts";
import type { ProgramStatus } from "../metrics/mod.ts";
import type { CabinetRouter } from "../cabinet/requests.ts";
import type { Guard } from "../http/websocket_guard.ts";
import type { TokenCheck } from "./token_check.ts";

/** The program that answers. */
export interface ProgramHere {
  /** Tells it from the other programs of a fleet. */
  readonly id: string;
  readonly version: string;
  /** How it is now. */
  readonly status: () => Promise<ProgramStatus>;
}

/** What the API works with. */
export interface OperatorContext {
  readonly db: Database;
  readonly cabinets: CabinetCatalog;
  readonly commands: Commands;
  readonly journal: Journal;
  readonly auditLog: AuditLog;
  readonly acts: OperatorActions;
  readonly permits: Permits;
  readonly people: People;
  readonly router: CabinetRouter;
  /** Signs what has to be confirmed. */
  readonly token: string;
  /** Lets operators in. */
  readonly tokens: TokenCheck;
  /** @default {undefined} nothing is known of it */
  readonly program?: ProgramHere;
  /** Runs what a socket's event asks for, and sees to what it throws. */
  readonly guard: Guard;
  /** Is told of mistakes of the program, and of a database that is away. */
  readonly failed: (error: unknown) => void;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
}

import type { Database } from "../db/mod.ts";
import type {
  Accounts,
  Invitations,
  LinkGuard,
  LogIn,
  Members,
  Organizations,
  StaffSessions,
  StaffTokens,
} from "../staff/mod.ts";
import type {
  AuditLog,
  BulkJobs,
  CabinetCatalog,
  Commands,
  Journal,
  Leases,
  OperatorActions,
  People,
  Permits,
} from "../locker/mod.ts";
import type { ProgramStatus } from "../metrics/mod.ts";
import type { CabinetRouter } from "../cabinet/requests.ts";
import type { Guard } from "../http/websocket_guard.ts";
import type { FeedOpener } from "./feed/request.ts";
import type { AccessControl } from "./access.ts";
import type { CabinetEtags } from "./routes/cabinets/etags.ts";
import type { Refusals } from "./refusals.ts";
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
  /** Reads what a caller may see; the engine's tables are not for these routes. */
  readonly db: Pick<Database, "kind" | "view">;
  readonly cabinets: CabinetCatalog;
  readonly etags: CabinetEtags;
  readonly commands: Commands;
  readonly journal: Journal;
  readonly auditLog: AuditLog;
  readonly acts: OperatorActions;
  readonly bulkJobs: BulkJobs;
  /** Keep apart what is done once at a time in the whole service. */
  readonly leases: Leases;
  readonly permits: Permits;
  readonly people: People;
  readonly router: CabinetRouter;
  /** Tells staff what happens, as it happens. */
  readonly feeds: FeedOpener;
  /** Signs what has to be confirmed. */
  readonly token: string;
  /** Lets the service's own token in. */
  readonly tokens: TokenCheck;
  /** Finds out who calls. */
  readonly access: AccessControl;
  readonly refusals: Refusals;
  readonly organizations: Organizations;
  readonly members: Members;
  readonly invitations: Invitations;
  readonly linkGuard: LinkGuard;
  readonly staffTokens: StaffTokens;
  readonly accounts: Accounts;
  readonly staffSessions: StaffSessions;
  readonly logIn: LogIn;
  /** The description of the API as a page, in UTF-8. */
  readonly reference: Uint8Array<ArrayBuffer>;
  /** @default {undefined} nothing is known of it */
  readonly program?: ProgramHere;
  /** Runs what a socket's event asks for, and sees to what it throws. */
  readonly guard: Guard;
  /** Is told of mistakes of the program, and of a database that is away. */
  readonly failed: (error: unknown) => void;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
}

/**
 * What an isolate is started with.
 *
 * @module
 */
import type { WechatSettings } from "../settings/wechat_settings.ts";
import type { DeviceTlsSettings, NatsSettings } from "../settings/settings.ts";
import type { Capacity } from "../capacity.ts";
import type { SharedParts } from "../shared_memory.ts";
import type { LogScope } from "../../observability/log.ts";

/** What an isolate is started with: plain data, since it goes to another thread. */
export interface IsolateOptions {
  /** From 0 on. The first isolate also does what has to be done once in a program. */
  readonly index: number;
  /** How many isolates the program has. With more than one they share its ports. */
  readonly isolates: number;
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
  readonly host: string;
  readonly port: number;
  readonly devicePort: number;
  readonly deviceTls: DeviceTlsSettings | undefined;
  /** Addresses and networks of balancers that say where devices come from. */
  readonly deviceProxies: readonly string[];
  readonly publicUrl: string | undefined;
  readonly guestLogin: boolean;
  readonly dataFolder: string;
  /** `postgres://…`; unset: SQLite in the data folder. */
  readonly databaseUrl: string | undefined;
  readonly sessionSecret: string;
  readonly operatorToken: string;
  /** How many days each kind of record is kept, where that is not as usual. */
  readonly keepDays: Readonly<Record<string, number>>;
  /** How many proxies in front say where a request came from. */
  readonly trustedProxies: number;
  /** Addresses and networks that may read the figures without the operator's token. */
  readonly metricsFrom: readonly string[];
  readonly nats: NatsSettings | undefined;
  readonly wechat: WechatSettings | undefined;
}

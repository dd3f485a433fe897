import type {
  CabinetCatalog,
  Commands,
  People,
  Permits,
  RentalRecovery,
  Rentals,
  SingleUseKeys,
} from "../locker/mod.ts";
import type { CabinetRouter } from "../cabinet/requests.ts";
import type { Guard } from "../http/websocket_guard.ts";
import type { Wechat } from "../wechat/mod.ts";
import type { KeyedCounts } from "../lib/concurrency/keyed_counts.ts";
import type { SubscriberRegistry } from "./socket/cabinet_subscribers.ts";
import type { CopyLinks } from "./session/copy_links.ts";
import type { LoginStates } from "./session/login_state.ts";
import type { CredentialRefusal } from "./session/rejected_credentials.ts";
import type { Sessions } from "./session/session.ts";

/** What the routes work with. */
export interface UsersContext {
  readonly cabinets: CabinetCatalog;
  readonly commands: Commands;
  readonly people: People;
  readonly permits: Permits;
  readonly rentals: Rentals;
  readonly rentalRecovery: RentalRecovery;
  readonly router: CabinetRouter;
  /** The sockets of each person in this isolate. */
  readonly socketCounts: KeyedCounts;
  readonly subscribers: SubscriberRegistry;
  readonly sessions: Sessions;
  readonly states: LoginStates;
  readonly copyLinks: CopyLinks;
  readonly singleUseKeys: SingleUseKeys;
  readonly guard: Guard;
  readonly guestLogin: boolean;
  /** Unset: people cannot come from WeChat. */
  readonly wechat: WechatSide | undefined;
  /** Of the page's script and style. */
  readonly assetsVersion: string;
  /** The address that people know the service by; unset: what their request says. */
  readonly publicUrl: string | undefined;
  /** Is told of each credential that the routes rejected. */
  readonly refused: (refusal: CredentialRefusal) => void;
  /** Is told of what went wrong and only one person noticed. */
  readonly failed: (error: unknown) => void;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
}

/** WeChat, and what of it belongs to this service. */
export interface WechatSide {
  readonly client: Wechat;
  /** The official account. */
  readonly account: AccountSide | undefined;
  /** The mini program. */
  readonly mini: { readonly appId: string } | undefined;
  /** Files at the root of the host by which WeChat sees that the domain is ours: name and content. */
  readonly proofs: Readonly<Record<string, string>>;
}

/** The official account as people meet it. */
export interface AccountSide {
  readonly appId: string;
  readonly scope: "snsapi_base" | "snsapi_userinfo";
  /** Signs what WeChat pushes; unset: nothing is taken. */
  readonly token: string | undefined;
  /** Opens and seals what is pushed in safe mode. */
  readonly aesKey: string | undefined;
}

import type { IsolateOptions } from "./options.ts";

/** Where an isolate listens. */
export interface IsolateAddresses {
  readonly http: Deno.NetAddr;
  readonly device: Deno.NetAddr;
  /** `undefined`: there is no TLS. */
  readonly deviceTls: Deno.NetAddr | undefined;
  /** The secret of the link that makes the first owner; `undefined`: there is one, or another isolate has made the link. */
  readonly ownerInvitation: string | undefined;
}

/** What the supervisor says to an isolate's thread. */
export type ToIsolate = { readonly type: "start"; readonly options: IsolateOptions } | {
  readonly type: "stop";
};

/** What an isolate's thread says to the supervisor. */
export type FromIsolate =
  | { readonly type: "ready" } & IsolateAddresses
  /** The isolate could not start, or cannot go on; `why` is for the operator. */
  | { readonly type: "failed"; readonly why: string }
  | { readonly type: "stopped" };

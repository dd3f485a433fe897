import type { DtuDisconnectReason } from "./dtu/dtu_socket.ts";
import type { UplinkOptions } from "./dtu/dtu_uplink.ts";

export type DtuState =
  | { readonly status: "dialing" }
  | { readonly status: "online"; readonly since: number }
  /** Between two dials; `dialAt` (ms) is `Infinity` when the DTU will not dial by itself. */
  | { readonly status: "waiting"; readonly dialAt: number }
  /** The connection died without a FIN and the DTU has not noticed. */
  | { readonly status: "frozen" }
  | { readonly status: "ended" };

/** Where and how to dial. */
export interface DialerOptions {
  /** The service's host. */
  readonly hostname: string;
  /** The service's port for devices. */
  readonly port: number;
  /** How long the DTU waits before it dials for the first time. @default 0 */
  readonly dialAfterMs?: number;
  /** Back-off between dials: doubled from the first to the second number, with jitter. @default [1_000, 30_000] */
  readonly redialMs?: readonly [firstMs: number, maxMs: number];
}

/** Where a DTU dials and how it behaves. */
export interface VirtualDtuOptions extends DialerOptions, UplinkOptions {
  /** Closes and redials when nothing was received for so long. @default never */
  readonly redialOnSilenceMs?: number;
  /** The adapter sends back all bytes that it puts on the bus. @default false */
  readonly echo?: boolean;
  /** A request that the DTU itself puts on the bus again and again. @default none */
  readonly ownRequest?: { readonly bytes: Uint8Array; readonly everyMs: number };
  /** The clock, in ms. @default Date.now */
  readonly now?: () => number;
  /** Is told everything that happens to the DTU. */
  readonly log?: (event: DtuEvent) => void;
}

/** What happens to a DTU. `at` is in ms of the clock that was handed in. */
export type DtuEvent =
  | { readonly type: "online"; readonly at: number }
  | { readonly type: "offline"; readonly at: number; readonly reason: DtuDisconnectReason }
  | { readonly type: "dial-failed"; readonly at: number; readonly cause: unknown }
  /** One piece handed to TCP. */
  | { readonly type: "sent"; readonly at: number; readonly bytes: Uint8Array }
  /** The bytes of one read from TCP. */
  | { readonly type: "received"; readonly at: number; readonly bytes: Uint8Array };

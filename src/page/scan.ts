/**
 * Asks WeChat to scan another cabinet's code. Its script is loaded when somebody wants that, and not before.
 *
 * @module
 */
import { inTime } from "./connection/deadline.ts";
import type { Clock } from "./connection/socket.ts";
import { scanReadyMs } from "./times.ts";

/** Where WeChat's script is. */
export const wechatScript = "https://res.wx.qq.com/open/js/jweixin-1.6.0.js";

/** The part of WeChat's script that is used here. */
export interface Wx {
  config(options: Record<string, unknown>): void;
  ready(callback: () => void): void;
  error(callback: (error: unknown) => void): void;
  scanQRCode(options: {
    readonly needResult: 1;
    readonly scanType: readonly ["qrCode"];
    readonly success: (result: { readonly resultStr?: unknown }) => void;
    readonly fail: (error: unknown) => void;
    readonly cancel: () => void;
  }): void;
}

/** What a scan needs from the browser. */
export interface ScanOptions {
  /** The page's own address. */
  readonly url: string;
  readonly loadScript: (url: string) => Promise<void>;
  /** What that script left, if it ran. */
  readonly wx: () => Wx | undefined;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly clock: Pick<Clock, "after">;
}

/** What was scanned: one of our cabinets, by its path; a code of others; or nothing. */
export type Scanned =
  | { readonly kind: "cabinet"; readonly path: string }
  | { readonly kind: "foreign" | "cancelled" | "failed" };

/** Makes what scans a code. WeChat's script is made ready once; where that failed, once more. */
export function scanner(options: ScanOptions): () => Promise<Scanned> {
  let ready: Promise<Wx> | undefined;
  return async () => {
    ready ??= inTime(makeReady(options), { clock: options.clock, ms: scanReadyMs });
    try {
      return await scan(await ready, new URL(options.url).origin);
    } catch {
      ready = undefined;
      return { kind: "failed" };
    }
  };
}

/** The path of one of our cabinets that the text of a code leads to. */
export function cabinetPath(text: string, origin: string): string | undefined {
  try {
    const url = new URL(text);
    const [, id] = /^\/+c\/+([A-Za-z0-9][\w.-]{0,63})\/*$/.exec(url.pathname) ?? [];
    return url.origin === origin && id !== undefined ? `/c/${id}` : undefined;
  } catch {
    return undefined;
  }
}

async function makeReady({ url, loadScript, wx, fetch }: ScanOptions): Promise<Wx> {
  const [config] = await Promise.all([signature(url, fetch), wx() ?? loadScript(wechatScript)]);
  const sdk = wx();
  if (sdk === undefined) throw new Error("WeChat's script left nothing");
  await new Promise<void>((resolve, reject) => {
    sdk.config({ debug: false, ...config, jsApiList: ["scanQRCode"] });
    sdk.ready(resolve);
    sdk.error(reject);
  });
  return sdk;
}

/** WeChat lets the page in by our signature of its address, without what stands behind `#`. */
async function signature(url: string, fetch: ScanOptions["fetch"]): Promise<Record<string, unknown>> {
  const signed = encodeURIComponent(url.split("#")[0] ?? "");
  const response = await fetch(`/wechat/js-sdk?url=${signed}`, { credentials: "same-origin" });
  if (!response.ok) throw new Error(`No signature: ${response.status}`);
  const { appId, timestamp, nonceStr, signature } = await response.json();
  return { appId, timestamp, nonceStr, signature };
}

function scan(wx: Wx, origin: string): Promise<Scanned> {
  return new Promise((resolve) => {
    wx.scanQRCode({
      needResult: 1,
      scanType: ["qrCode"],
      success: ({ resultStr }) => {
        const path = cabinetPath(String(resultStr), origin);
        resolve(path === undefined ? { kind: "foreign" } : { kind: "cabinet", path });
      },
      fail: () => resolve({ kind: "failed" }),
      cancel: () => resolve({ kind: "cancelled" }),
    });
  });
}

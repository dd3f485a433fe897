import { withTimeout } from "../lib/concurrency/timeout.ts";
import type { Clock } from "./connection/socket.ts";
import { scanReadyMs } from "./times.ts";

/** The address of WeChat's script. */
export const wechatScript = "https://res.wx.qq.com/open/js/jweixin-1.6.0.js";

/** The part of WeChat's script that is used here. */
export interface WeChatSdk {
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
  /** The global that the script sets; `undefined`: it did not run. */
  readonly wx: () => WeChatSdk | undefined;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly clock: Pick<Clock, "after">;
}

/** `cabinet`: one of this service's cabinets, with its path; `foreign`: any other code. */
export type ScanResult =
  | { readonly kind: "cabinet"; readonly path: string }
  | { readonly kind: "foreign" | "cancelled" | "failed" };

/** Makes the function that scans a code. The first scan loads and configures WeChat's script, as does one after a failure. */
export function scanner(options: ScanOptions): () => Promise<ScanResult> {
  let ready: Promise<WeChatSdk> | undefined;
  return async () => {
    ready ??= withTimeout(configure(options), { ms: scanReadyMs, clock: options.clock });
    try {
      return await scan(await ready, new URL(options.url).origin);
    } catch {
      ready = undefined;
      return { kind: "failed" };
    }
  };
}

/** The path of the cabinet that a code's text leads to; `undefined`: it is not one of this service's. */
export function cabinetPath(text: string, origin: string): string | undefined {
  try {
    const url = new URL(text);
    const [, id] = /^\/+c\/+([A-Za-z0-9][\w.-]{0,63})\/*$/.exec(url.pathname) ?? [];
    return url.origin === origin && id !== undefined ? `/c/${id}` : undefined;
  } catch {
    return undefined;
  }
}

async function configure({ url, loadScript, wx, fetch }: ScanOptions): Promise<WeChatSdk> {
  const [config] = await Promise.all([signature(url, fetch), wx() ?? loadScript(wechatScript)]);
  const sdk = wx();
  if (sdk === undefined) throw new Error("WeChat's script set no global");
  await new Promise<void>((resolve, reject) => {
    sdk.config({ debug: false, ...config, jsApiList: ["scanQRCode"] });
    sdk.ready(resolve);
    sdk.error(reject);
  });
  return sdk;
}

/** WeChat admits the page by the server's signature of its address without the part behind `#`. */
async function signature(url: string, fetch: ScanOptions["fetch"]): Promise<Record<string, unknown>> {
  const signed = encodeURIComponent(url.split("#")[0] ?? "");
  const response = await fetch(`/wechat/js-sdk?url=${signed}`, { credentials: "same-origin" });
  if (!response.ok) throw new Error(`No signature: ${response.status}`);
  const { appId, timestamp, nonceStr, signature } = await response.json();
  return { appId, timestamp, nonceStr, signature };
}

function scan(wx: WeChatSdk, origin: string): Promise<ScanResult> {
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

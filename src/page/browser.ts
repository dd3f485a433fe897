import type { render } from "hono/jsx/dom";
import type { WeChatSdk } from "./scan.ts";
import type { Clock } from "./connection/socket.ts";

// The parts of the browser's API that the page uses and the server's types lack.

type Container = Parameters<typeof render>[1];

interface Element {
  className: string;
  value: string;
  src: string;
  readOnly: boolean;
  onload: () => void;
  onerror: () => void;
  select(): void;
  remove(): void;
}

declare const document: {
  readonly visibilityState: "visible" | "hidden";
  readonly body: { append(element: Element): void };
  getElementById(id: string): (Container & { readonly textContent: string | null }) | null;
  addEventListener(type: "visibilitychange", listener: () => void): void;
  createElement(name: "script" | "textarea"): Element;
  execCommand(command: "copy"): boolean;
};
declare const navigator: {
  readonly onLine: boolean;
  readonly clipboard: { writeText(text: string): Promise<void> };
};

/** The browser's clock and timers. */
export const clock: Clock = {
  now: () => Date.now(),
  instant: () => ({ uptimeMs: performance.now(), wallMs: Date.now() }),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/**
 * The element of the page's own markup with this id.
 *
 * @throws {Error} if there is none
 */
export function elementOf(id: string): Container & { readonly textContent: string | null } {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`Cannot start the page: it has no #${id}`);
  return element;
}

/** Whether the device has a network, as far as the browser knows. */
export function hasNetwork(): boolean {
  return navigator.onLine;
}

/** Calls back when the person returns to the page, and when the network comes or goes. */
export function listenToBrowser(onEvent: (event: "wake" | "online" | "offline") => void): void {
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") onEvent("wake");
  });
  addEventListener("pageshow", () => onEvent("wake"));
  addEventListener("online", () => onEvent("online"));
  addEventListener("offline", () => onEvent("offline"));
}

/** Copies the text; resolves with whether that worked. Older WebViews and plain http have no `clipboard`. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelecting(text);
  }
}

function copyBySelecting(text: string): boolean {
  const area = document.createElement("textarea");
  area.className = "spoken";
  area.value = text;
  area.readOnly = true;
  document.body.append(area);
  try {
    area.select();
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    area.remove();
  }
}

/** Loads and runs a script of another host, which the page's content policy has to allow. */
export function loadScript(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = resolve;
    script.onerror = () => reject(new Error(`Cannot load ${url}`));
    document.body.append(script);
  });
}

/** The global that WeChat's script sets; `undefined`: it did not run. */
export function wechatSdk(): WeChatSdk | undefined {
  return (globalThis as { readonly wx?: WeChatSdk }).wx;
}

/**
 * The browser's own ways that the page uses, by the few words of it that the server's types do not have.
 *
 * @module
 */
import type { render } from "hono/jsx/dom";
import type { Wx } from "./scan.ts";
import type { Clock } from "./connection/socket.ts";

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

/** Time as it passes in the browser. */
export const clock: Clock = {
  now: () => Date.now(),
  instant: () => ({ uptimeMs: performance.now(), wallMs: Date.now() }),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/**
 * The element of the page's own markup.
 *
 * @throws {Error} if it is not there
 */
export function elementOf(id: string): Container & { readonly textContent: string | null } {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`Cannot start the page: it has no #${id}`);
  return element;
}

/** Whether the device has a network, as far as it knows. */
export function hasNetwork(): boolean {
  return navigator.onLine;
}

/** Tells of the person coming back, and of the network coming and going. */
export function listenToBrowser(tell: (event: "wake" | "online" | "offline") => void): void {
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") tell("wake");
  });
  addEventListener("pageshow", () => tell("wake"));
  addEventListener("online", () => tell("online"));
  addEventListener("offline", () => tell("offline"));
}

/** Copies the text; whether that worked. Older WebViews and plain http know the old way only. */
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

/** Loads and runs a script of another host; our content policy says which ones may be. */
export function loadScript(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = resolve;
    script.onerror = () => reject(new Error(`Cannot load ${url}`));
    document.body.append(script);
  });
}

/** What WeChat's script left. */
export function wechatSdk(): Wx | undefined {
  return (globalThis as { readonly wx?: Wx }).wx;
}

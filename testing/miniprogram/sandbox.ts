/**
 * Runs the example's own files as WeChat does: each as a CommonJS module, with `wx` and timers, and nothing of a browser or
 * of Deno.
 *
 * @module
 */
import { createContext, runInContext } from "node:vm";
import type { Phone } from "./phone.ts";

const ROOT = new URL("../../examples/miniprogram/", import.meta.url);

/** A page's data; the tests say what they expect of it. */
// deno-lint-ignore no-explicit-any
export type Shown = Record<string, any>;

/** A page, as WeChat makes it from the argument of `Page`. */
export interface ShownPage {
  readonly data: Shown;
  setData(news: Shown): void;
  onLoad(query: Record<string, string>): void;
  onShow(): void;
  onUnload(): void;
  /** The page's own handlers. */
  [handler: string]: unknown;
}

type Module = { exports: Record<string, unknown> };
type Define = (module: Module, exports: unknown, require: (path: string) => unknown) => void;

/** The mini program, opened on a phone. */
export class MiniProgram {
  readonly #context: object;
  readonly #modules = new Map<string, Module>();
  #defined: Shown | undefined;

  /** @param service the service's address, in place of the one in `config.js` */
  constructor(phone: Phone, service: string) {
    this.#modules.set(new URL("config.js", ROOT).href, { exports: { service } });
    const Page = (definition: Shown) => this.#defined = definition;
    const { setTimeout, clearTimeout } = phone;
    this.#context = createContext({ wx: phone.wx, Page, setTimeout, clearTimeout });
  }

  /** Loads one of the example's files. */
  require(path: string, from: URL = ROOT): Module["exports"] {
    const url = new URL(path, from);
    const known = this.#modules.get(url.href);
    if (known) return known.exports;
    const module: Module = { exports: {} };
    this.#modules.set(url.href, module);
    const source = `(function (module, exports, require) {${Deno.readTextFileSync(url)}\n})`;
    const define: Define = runInContext(source, this.#context, { filename: url.pathname });
    define(module, module.exports, (path) => this.require(path, url));
    return module.exports;
  }

  /** The argument of `Page` in a page's file. */
  define(path: string): Shown {
    this.#modules.delete(new URL(`${path}.js`, ROOT).href);
    this.require(`${path}.js`);
    return this.#defined ?? {};
  }

  /** Opens a page with that query and shows it. */
  open(path: string, query: Record<string, string> = {}): ShownPage {
    const { data = {}, ...own } = this.define(path);
    const page: ShownPage = { onLoad() {}, onShow() {}, onUnload() {}, setData, ...own, data: plain(data) };
    page.onLoad(query);
    page.onShow();
    return page;
  }
}

function setData(this: ShownPage, news: Shown): void {
  Object.assign(this.data, plain(news));
}

/** As in WeChat, only JSON values reach a page's WXML. */
function plain(data: Shown): Shown {
  return JSON.parse(JSON.stringify(data));
}

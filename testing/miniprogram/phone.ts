/**
 * A phone with WeChat, as a mini program sees it: `wx`, whose requests and sockets are real, and timers that the test
 * can fire.
 *
 * @module
 */
import { SocketTask } from "./socket_task.ts";

/** The options of the functions of `wx`. */
interface Call {
  success?: (result: unknown) => void;
  fail?: (error: { errMsg: string }) => void;
}

interface Request extends Call {
  url: string;
  method?: string;
  data?: unknown;
  header?: Record<string, string>;
}

/** The result of `setTimeout`. */
type Timer = ReturnType<typeof setTimeout>;
type NetworkListener = (status: { isConnected: boolean }) => void;

/** What the test sets. */
export interface PhoneOptions {
  /** Returns the code of `wx.login`. */
  readonly login: () => string;
  /** The text that `wx.scanCode` scans; `undefined`: the person cancels. */
  readonly scan?: () => string | undefined;
  /** The item that the person chooses; `undefined`: none. @default none */
  readonly choose?: (items: readonly string[]) => string | undefined;
  /** @default {"zh_CN"} */
  readonly language?: string;
}

/** How many sockets a mini program may have at once. */
const SOCKETS_MAX = 5;

/** The phone. */
export class Phone implements AsyncDisposable {
  /** The storage of mini programs, in JSON; it outlives them. */
  readonly storage = new Map<string, string>();
  /** The calls: `login`, `POST /…`, `GET /…`, `socket`, `navigateTo /…`. */
  readonly log: string[] = [];
  /** The messages sent on sockets. */
  readonly sent: { readonly type: string; readonly id?: string; readonly at?: number }[] = [];
  readonly wx: Readonly<Record<string, unknown>>;
  readonly #options: PhoneOptions;
  readonly #tasks = new Set<SocketTask>();
  readonly #requests = new Set<Promise<void>>();
  readonly #timers = new Map<Timer, { readonly ms: number; readonly then: () => void }>();
  readonly #networkListeners = new Set<NetworkListener>();
  #isOff = false;

  constructor(options: PhoneOptions) {
    this.#options = options;
    this.wx = { ...this.#storing(), ...this.#asking(), ...this.#networking() };
  }

  /** How often this was called. */
  times(what: string): number {
    return this.log.filter((line) => line === what).length;
  }

  /** The open sockets. */
  get sockets(): number {
    return this.#tasks.size;
  }

  /** Closes the sockets as WeChat does in the background. */
  cutSockets(): void {
    for (const task of this.#tasks) task.cut();
  }

  /** The network comes or goes. */
  network(isConnected: boolean): void {
    for (const listener of this.#networkListeners) listener({ isConnected });
  }

  readonly setTimeout = (then: () => void, ms: number): Timer | undefined => {
    if (this.#isOff) return undefined;
    const timer: Timer = setTimeout(() => this.#ring(timer), ms);
    this.#timers.set(timer, { ms, then });
    return timer;
  };

  readonly clearTimeout = (timer: Timer | undefined): void => {
    if (timer === undefined) return;
    clearTimeout(timer);
    this.#timers.delete(timer);
  };

  /** Whether a timer of that length runs. */
  waits(ms: number): boolean {
    return this.#timer(ms) !== undefined;
  }

  /** Fires a timer of that length now. */
  hurry(ms: number): void {
    const timer = this.#timer(ms);
    if (timer === undefined) throw new Error(`No timer of ${ms} ms runs`);
    clearTimeout(timer);
    this.#ring(timer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOff = true;
    for (const timer of this.#timers.keys()) this.clearTimeout(timer);
    for (const task of this.#tasks) await task[Symbol.asyncDispose]();
    await Promise.all(this.#requests);
  }

  #timer(ms: number): Timer | undefined {
    return [...this.#timers].find(([, timer]) => timer.ms === ms)?.[0];
  }

  #ring(timer: Timer): void {
    const { then } = this.#timers.get(timer) ?? {};
    this.#timers.delete(timer);
    then?.();
  }

  #storing() {
    return {
      getStorageSync: (key: string): unknown => JSON.parse(this.storage.get(key) ?? '""'),
      setStorageSync: (key: string, value: unknown) => this.storage.set(key, JSON.stringify(value)),
      removeStorageSync: (key: string) => this.storage.delete(key),
    };
  }

  #asking() {
    const { login, scan, choose, language = "zh_CN" } = this.#options;
    return {
      getAppBaseInfo: () => ({ language }),
      login: ({ success }: Call) => {
        this.log.push("login");
        success?.({ code: login() });
      },
      scanCode: ({ success, fail }: Call) => {
        const result = scan?.();
        if (result === undefined) fail?.({ errMsg: "scanCode:fail cancel" });
        else success?.({ result });
      },
      showActionSheet: ({ itemList, success, fail }: Call & { itemList: readonly string[] }) => {
        const tapIndex = itemList.indexOf(choose?.(itemList) ?? "");
        if (tapIndex < 0) fail?.({ errMsg: "showActionSheet:fail cancel" });
        else success?.({ tapIndex });
      },
      getRandomValues: ({ length, success }: Call & { length: number }) =>
        queueMicrotask(() =>
          success?.({ randomValues: crypto.getRandomValues(new Uint8Array(length)).buffer })
        ),
      navigateTo: ({ url }: { url: string }) => this.log.push(`navigateTo ${url}`),
      setNavigationBarTitle: ({ title }: { title: string }) => this.log.push(`title ${title}`),
    };
  }

  #networking() {
    return {
      request: (request: Request) => {
        const sent: Promise<void> = this.#request(request).finally(() => this.#requests.delete(sent));
        this.#requests.add(sent);
      },
      connectSocket: ({ url, header, fail }: Request) => {
        this.log.push("socket");
        if (this.#isOff || this.#tasks.size >= SOCKETS_MAX) {
          return void fail?.({ errMsg: "connectSocket:fail" });
        }
        const task = new SocketTask({ url, ...(header === undefined ? {} : { header }) }, {
          sent: (text) => this.sent.push(JSON.parse(text)),
          gone: (task) => this.#tasks.delete(task),
        });
        this.#tasks.add(task);
        return task;
      },
      onNetworkStatusChange: (listener: NetworkListener) => this.#networkListeners.add(listener),
      offNetworkStatusChange: (listener: NetworkListener) => this.#networkListeners.delete(listener),
    };
  }

  async #request({ url, method = "GET", data, header, success, fail }: Request): Promise<void> {
    this.log.push(`${method} ${new URL(url).pathname}`);
    const headers = { "content-type": "application/json", ...header };
    const body = data === undefined ? {} : { body: JSON.stringify(data) };
    const answer = this.#isOff ? undefined : await fetch(url, { method, headers, ...body }).catch(() => {});
    if (!answer) return fail?.({ errMsg: "request:fail" });
    const text = await answer.text();
    success?.({ statusCode: answer.status, data: jsonOr(text), header: Object.fromEntries(answer.headers) });
  }
}

/** As WeChat does: parsed if it is valid JSON, else the text. */
function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

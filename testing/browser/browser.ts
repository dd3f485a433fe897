/**
 * People's phones: pages in Chromium, against the real program.
 *
 * @module
 */
import type {
  Browser,
  BrowserContext,
  BrowserContextOptions,
  Locator,
  Page,
  Response,
} from "playwright-core";
import { whyLeftOut } from "../test_run.ts";

/** The browser's path on Debian and its derivatives. */
const CHROMIUM = "/usr/bin/chromium";

/** WeChat's own browser on Android. */
const WECHAT =
  "Mozilla/5.0 (Linux; Android 14; 2311DRK48C Build/UP1A.231005.007; wv) AppleWebKit/537.36 (KHTML, like Gecko) " +
  "Version/4.0 Chrome/130.0.6723.103 Mobile Safari/537.36 XWEB/1300333 MMWEBSDK/20241202 " +
  "MicroMessenger/8.0.56.2800(0x2800385B) WeChat/arm64 Weixin NetType/WIFI Language/zh_CN ABI/arm64";

/** How long anything on a page may take: far more than it needs, since machines that run tests are busy. */
const DEADLINE_MS = 30_000;

/** The most presses of the tab key to anything on a page. */
const KEYS_MAX = 60;

/** Why tests in a browser are left out; `undefined`: they run. */
export function whyNoBrowser(): string | undefined {
  try {
    Deno.statSync(CHROMIUM);
    return undefined;
  } catch {
    return whyLeftOut(`there is no ${CHROMIUM}`);
  }
}

/** Starts the browser. Each {@linkcode Phone} in it has a session of its own. */
export async function launch(): Promise<Browser> {
  // Playwright looks for WSL when it is loaded, at a path that Deno allows only with all permissions. With
  // this variable set it does not.
  Deno.env.set("__IS_WSL_TEST__", "1");
  const { chromium } = await import("playwright-core");
  return await chromium.launch({ executablePath: CHROMIUM, args: ["--disable-quic"] });
}

/** What differs from a Chinese phone with light colours. */
export type PhoneOptions = Pick<
  BrowserContextOptions,
  "locale" | "colorScheme" | "javaScriptEnabled" | "userAgent" | "viewport"
>;

/** One person with a phone, at one service. */
export class Phone implements AsyncDisposable {
  /** The browser's page, for what this class has no methods for. */
  readonly page: Page;
  /** What the page sent on its sockets and, where it had none, by requests; in order. */
  readonly sent: string[] = [];
  /** Console errors and warnings, such as content policy violations; uncaught errors; requests to other hosts. */
  readonly complaints: string[] = [];
  readonly #context: BrowserContext;
  readonly #url: string;

  private constructor(context: BrowserContext, { page, url }: { page: Page; url: string }) {
    this.#context = context;
    this.page = page;
    this.#url = url;
    this.#listen();
  }

  /** Takes the phone out. */
  static async start(browser: Browser, url: string, options: PhoneOptions = {}): Promise<Phone> {
    const context = await browser.newContext({
      viewport: { width: 375, height: 667 },
      deviceScaleFactor: 2,
      hasTouch: true,
      isMobile: true,
      userAgent: WECHAT,
      locale: "zh-CN",
      ...options,
    });
    context.setDefaultTimeout(DEADLINE_MS);
    return new Phone(context, { page: await context.newPage(), url });
  }

  /** Follows the link of the cabinet's sticker. */
  async visit(cabinet: string): Promise<Response> {
    const response = await this.page.goto(`${this.#url}/c/${cabinet}`);
    if (response === null) throw new Error(`Cannot visit ${cabinet}: no answer`);
    return response;
  }

  /** The button of a cell. */
  cell(cell: number): Locator {
    return this.page.locator(`[data-cell="${cell}"]`);
  }

  /** Taps a cell, also one that is off. */
  async tap(cell: number): Promise<void> {
    await this.cell(cell).scrollIntoViewIfNeeded();
    // Playwright waits until `aria-disabled` is gone; a person does not.
    await this.cell(cell).tap({ force: true });
  }

  /** Taps the button with this name: on that cell's card, or for that size. */
  async does(
    name: "store" | "take" | "retrieve" | "reopen" | "keep" | "share" | "copy" | "recovery",
    where: number | string = "",
  ): Promise<void> {
    const button = typeof where === "number"
      ? this.page.locator(`[data-rental="${where}"] [data-name="${name}"]`)
      : this.page.locator(`[data-size="${where}"]`);
    await button.scrollIntoViewIfNeeded();
    await button.tap({ force: true });
  }

  /** Opens the person's cell, and answers the dialog. */
  async takes(name: "retrieve" | "reopen", cell: number): Promise<void> {
    await this.does("take", cell);
    await this.page.locator(`dialog [data-name="${name}"]`).tap();
  }

  /** Types a pickup code and confirms it. */
  async enters(code: string): Promise<void> {
    await this.page.locator("#code").fill(code);
    await this.page.locator("#code").press("Enter");
  }

  /** Presses the tab key until this element has the focus; it has to be visible, and not under the bar. */
  async tabTo(selector: string): Promise<void> {
    const isThere = `document.activeElement.matches(${JSON.stringify(selector)})`;
    for (let keys = 0; keys < KEYS_MAX; keys++) {
      await this.page.keyboard.press("Tab");
      if (await this.look(isThere)) return await this.#isSeen(selector);
    }
    throw new Error(`The keyboard does not reach ${selector}`);
  }

  async #isSeen(selector: string): Promise<void> {
    const hidden = await this.look(`(() => {
      const [one, bar] = [document.activeElement, document.getElementById("news")];
      if (getComputedStyle(one).outlineStyle === "none") return "without an outline";
      const covered = bar.dataset.empty === "false" && !one.closest("dialog") &&
        one.getBoundingClientRect().bottom > bar.getBoundingClientRect().top;
      return covered && one.getBoundingClientRect().height < innerHeight / 2 ? "under the bar" : "";
    })()`);
    if (hidden !== "") throw new Error(`The keyboard is on ${selector}, ${hidden}`);
  }

  /** Waits for an element with that text. */
  async sees(selector: string, text?: string | RegExp): Promise<void> {
    const found = this.page.locator(selector, text === undefined ? {} : { hasText: text });
    try {
      await found.first().waitFor();
    } catch (cause) {
      const shown = await this.page.locator("body").innerText();
      const complaints = Deno.inspect(this.complaints);
      throw new Error(
        `Waited in vain for ${selector} with ${text}; the page said:\n${shown}\n${complaints}`,
        {
          cause,
        },
      );
    }
  }

  /** Waits until the page is connected and shows an online cabinet whose doors were read. */
  async ready(): Promise<void> {
    await this.sees('main[data-connection="live"] #connection.tone-good');
    await this.sees('main:not(:has([data-door="unknown"]))');
  }

  /** Waits until the bar at the bottom shows this message. */
  async isShown({ title, next }: { title: string; next: string }): Promise<void> {
    await this.sees('#news[data-empty="false"] strong', title);
    await this.sees('#news[data-empty="false"] span', next);
  }

  /** The messages of that type that the page sent, in order. */
  sentOf(type: string): readonly { readonly id: string }[] {
    return this.sent.map((text) => JSON.parse(text)).filter((message) => message.type === type);
  }

  /** The ids of the taps that the page sent, in order. */
  get asked(): string[] {
    return this.sentOf("open").map(({ id }) => id);
  }

  /** Evaluates an expression in the page. It is a text, since the suite does not have the DOM's types. */
  // deno-lint-ignore no-explicit-any
  look(expression: string): Promise<any> {
    return this.page.evaluate(expression);
  }

  /** The page becomes hidden, or visible again. */
  async show(visible: boolean): Promise<void> {
    const state = visible ? "visible" : "hidden";
    await this.look(
      `Object.defineProperty(document, "visibilityState", { value: "${state}", configurable: true });
      document.dispatchEvent(new Event("visibilitychange"))`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context.close();
  }

  #listen(): void {
    const { page, complaints } = this;
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("request", (request) => this.#checkHost(request.url()));
    page.on("websocket", (socket) => {
      this.#checkHost(socket.url());
      socket.on("framesent", ({ payload }) => this.sent.push(String(payload)));
    });
    page.on("request", (request) => {
      if (request.method() === "POST" && new URL(request.url()).pathname === "/talk") {
        this.sent.push(request.postData() ?? "");
      }
    });
  }

  #checkHost(url: string): void {
    const { protocol, host } = new URL(url);
    if (protocol !== "data:" && host !== new URL(this.#url).host) {
      this.complaints.push(`foreign host: ${url}`);
    }
  }
}

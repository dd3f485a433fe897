/**
 * A browser without a screen: keeps cookies by their path, and follows redirects one by one, so that a test sees each.
 *
 * @module
 */

/** What came back. */
export interface Answer {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

interface Cookie {
  readonly value: string;
  readonly path: string;
}

/** A browser of one person. */
export class HttpBrowser {
  readonly #headers: Record<string, string>;
  readonly #cookies = new Map<string, Map<string, Cookie>>();

  /** @param headers of each request, such as `user-agent` */
  constructor(headers: Record<string, string> = {}) {
    this.#headers = headers;
  }

  /** The value of that host's cookie. */
  cookie(url: string, name: string): string | undefined {
    return this.#cookies.get(new URL(url).host)?.get(name)?.value;
  }

  /** Puts a cookie there that no answer set. */
  plant(url: string, name: string, value: string): void {
    this.#jar(url).set(name, { value, path: "/" });
  }

  /** One request. */
  async ask(url: string, init: RequestInit = {}): Promise<Answer> {
    const headers = new Headers({
      ...this.#headers,
      cookie: this.#cookieHeader(url),
      ...init.headers as object,
    });
    const response = await fetch(url, { ...init, headers, redirect: "manual" });
    for (const header of response.headers.getSetCookie()) this.#keep(url, header);
    return { url, status: response.status, headers: response.headers, body: await response.text() };
  }

  /** Goes there and follows redirects; returns all answers. */
  async visit(url: string, { redirectsMax = 5 } = {}): Promise<[Answer, ...Answer[]]> {
    const answers: [Answer, ...Answer[]] = [await this.ask(url)];
    for (let last = answers[0]; answers.length <= redirectsMax;) {
      const location = last.headers.get("location");
      if (last.status < 300 || last.status >= 400 || location === null) break;
      const next = new URL(location, last.url);
      // What no server hears of.
      next.hash = "";
      answers.push(last = await this.ask(next.href));
    }
    return answers;
  }

  #jar(url: string): Map<string, Cookie> {
    const { host } = new URL(url);
    const jar = this.#cookies.get(host) ?? new Map();
    this.#cookies.set(host, jar);
    return jar;
  }

  #cookieHeader(url: string): string {
    const { pathname } = new URL(url);
    return [...this.#jar(url)].filter(([, { path }]) => pathname.startsWith(path))
      .map(([name, { value }]) => `${name}=${value}`).join("; ");
  }

  #keep(url: string, header: string): void {
    const [pair = "", ...attributes] = header.split(/;\s*/);
    const [name = "", value = ""] = pair.split(/=(.*)/s);
    const attribute = (key: string) =>
      attributes.find((one) => one.toLowerCase().startsWith(`${key}=`))?.slice(key.length + 1);
    if (attribute("max-age") === "0") this.#jar(url).delete(name);
    else this.#jar(url).set(name, { value, path: attribute("path") ?? "/" });
  }
}

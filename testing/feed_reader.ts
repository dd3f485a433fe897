/**
 * Readers of the feed of events: one that understands it as a browser does, and one that never reads.
 *
 * @module
 */
import type { Message } from "./page.ts";
import { TOKEN } from "./program.ts";
import { until } from "./until.ts";

/** A message of the feed. */
export interface FeedMessage {
  /** The last `id` by then; empty: there was none. */
  readonly id: string;
  readonly type: string;
  readonly data: Message;
}

/** How a feed is asked for. */
export interface FeedReaderOptions {
  /** @default {the service's own token} */
  readonly headers?: Readonly<Record<string, string>>;
  /** Where it goes on. @default {undefined} what comes from now on */
  readonly lastId?: string | undefined;
}

const AS_ROOT = { authorization: `Bearer ${TOKEN}` };

/** A reader of the feed. */
export class FeedReader implements AsyncDisposable {
  readonly messages: FeedMessage[] = [];
  /** The id of the last block, with data or without. */
  lastId = "";
  /** Resolves when the feed is over, by either side. */
  readonly ended: Promise<void>;
  readonly #abort: AbortController;
  #heartbeats = 0;

  private constructor(response: Response, abort: AbortController) {
    this.#abort = abort;
    this.ended = this.#read(response).catch(() => {});
  }

  /**
   * Opens the feed.
   *
   * @param query such as `?cabinet=cab`
   * @throws {Error} if it is refused
   */
  static async open(
    program: { url: string },
    query = "",
    options: FeedReaderOptions = {},
  ): Promise<FeedReader> {
    const abort = new AbortController();
    const response = await askForFeed(program, query, { ...options, signal: abort.signal });
    if (response.status === 200) return new FeedReader(response, abort);
    throw new Error(`The feed was answered ${response.status} ${await response.text()}`);
  }

  /** The same, once it has told all that there was. */
  static async live(...request: Parameters<typeof FeedReader.open>): Promise<FeedReader> {
    const reader = await FeedReader.open(...request);
    await reader.until(({ type }) => type === "live");
    return reader;
  }

  get heartbeats(): number {
    return this.#heartbeats;
  }

  /** The events that came. */
  get events(): Message[] {
    return this.messages.filter(({ type }) => type === "event").map(({ data }) => data);
  }

  /** The first message that the test accepts, waiting for it. */
  until(test: (message: FeedMessage) => boolean): Promise<FeedMessage> {
    return until(() => this.messages.find(test), { saw: () => this.messages.slice(-20) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await this.ended;
  }

  async #read(response: Response): Promise<void> {
    let rest = "";
    for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const blocks = (rest + text).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) this.#take(block);
    }
  }

  #take(block: string): void {
    const fields = new Map(
      block.split("\n").map((line) => {
        const [name = "", value = ""] = line.split(/: (.*)/s);
        return [name, value];
      }),
    );
    this.lastId = fields.get("id") ?? this.lastId;
    if (block.startsWith(":")) this.#heartbeats++;
    const data = fields.get("data");
    if (data === undefined) return;
    this.messages.push({ id: this.lastId, type: fields.get("event") ?? "message", data: JSON.parse(data) });
  }
}

/** Asks for the feed; the answer may be a refusal. */
export async function askForFeed(
  program: { url: string },
  query: string,
  { headers = AS_ROOT, lastId, signal }: FeedReaderOptions & { signal?: AbortSignal } = {},
): Promise<Response> {
  return await fetch(`${program.url}/api/v1/feed${query}`, {
    headers: { ...headers, ...lastId === undefined ? {} : { "last-event-id": lastId } },
    ...signal && { signal },
  });
}

/** The text of an answer; of a feed, until all that there was is told. */
export async function textOf(response: Response): Promise<string> {
  if (!response.headers.get("content-type")?.startsWith("text/event-stream")) return await response.text();
  let text = "";
  // Leaving the loop hangs up.
  for await (const part of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += part;
    if (/^event: (live|end)\n(.*\n)*?\n/m.test(text)) break;
  }
  return text;
}

/** A reader that asks for the feed and never reads its answer. */
export class DeafReader implements Disposable {
  readonly #conn: Deno.TcpConn;

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  /** Asks for the feed, and reads no more than that it is there. */
  static async open(
    program: { httpPort: number },
    query: string,
    { authorization = AS_ROOT.authorization }: { authorization?: string } = {},
  ): Promise<DeafReader> {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port: program.httpPort });
    const request = [
      `GET /api/v1/feed${query} HTTP/1.1`,
      "Host: 127.0.0.1",
      `Authorization: ${authorization}`,
    ];
    await conn.write(new TextEncoder().encode(`${request.join("\r\n")}\r\n\r\n`));
    const buffer = new Uint8Array(12);
    await conn.read(buffer);
    const status = new TextDecoder().decode(buffer);
    if (status === "HTTP/1.1 200") return new DeafReader(conn);
    conn[Symbol.dispose]();
    throw new Error(`The feed was answered ${status}`);
  }

  /** Reads what has come by now, until the other side is found to have hung up. @returns how many bytes it was */
  async readToEnd(): Promise<number> {
    const buffer = new Uint8Array(64 * 1024);
    let bytes = 0;
    try {
      for (let read; (read = await this.#conn.read(buffer)) !== null;) bytes += read;
    } catch {
      // It was reset.
    }
    return bytes;
  }

  [Symbol.dispose](): void {
    this.#conn[Symbol.dispose]();
  }
}

/**
 * A line to a service that loses answers: the request arrives, and the connection ends in place of the answer, or within it.
 *
 * @module
 */

/** What becomes of an answer: `cut` is all but its last byte. */
export type Fate = "passed" | "cut" | "lost";

/** Passes requests on to a service, and its answers back unless they are to be lost. */
export class LosingLine implements AsyncDisposable {
  /** Each request that was passed on, as its line and headers. */
  readonly heads: string[] = [];
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #to: { hostname: string; port: number };
  readonly #fateOf: (head: string) => Fate;
  readonly #accepting: Promise<void>;
  readonly #over = Promise.withResolvers<void>();
  readonly #joined = new Set<Promise<void>>();

  /** @param fateOf is asked once the service answers, with the line and the headers of what it answers */
  constructor(to: { hostname: string; port: number }, fateOf: (head: string) => Fate) {
    this.#to = to;
    this.#fateOf = fateOf;
    this.#accepting = this.#accept();
  }

  get url(): string {
    return `http://127.0.0.1:${this.#listener.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.#over.resolve();
    await this.#accepting;
    await Promise.all(this.#joined);
  }

  async #accept(): Promise<void> {
    try {
      for await (const conn of this.#listener) {
        const joined: Promise<void> = this.#join(conn).finally(() => this.#joined.delete(joined));
        this.#joined.add(joined);
      }
    } catch {
      // Closed.
    }
  }

  async #join(conn: Deno.TcpConn): Promise<void> {
    using near = conn;
    using far = await Deno.connect(this.#to);
    let head = "";
    const noteHead = (bytes: Uint8Array): Fate => {
      const text = new TextDecoder().decode(bytes);
      if (/^[A-Z]+ \//.test(text)) this.heads.push(head = text);
      return "passed";
    };
    // Clients keep a connection for later requests.
    await Promise.race([
      this.#over.promise,
      pass(noteHead, { from: near, to: far }),
      pass(() => this.#fateOf(head), { from: far, to: near }),
    ]);
  }
}

/** Passes bytes on until they end, or one end is gone, or not all of them are passed. */
async function pass(
  fateOf: (bytes: Uint8Array) => Fate,
  { from, to }: { from: Deno.TcpConn; to: Deno.TcpConn },
): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  try {
    while (true) {
      const length = await from.read(buffer);
      if (length === null) return;
      const fate = fateOf(buffer.subarray(0, length));
      const end = { passed: length, cut: length - 1, lost: 0 }[fate];
      for (let sent = 0; sent < end;) sent += await to.write(buffer.subarray(sent, end));
      if (fate !== "passed") return;
    }
  } catch {
    // One of the two ends is gone.
  }
}

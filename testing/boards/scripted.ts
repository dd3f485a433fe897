/** The answer to each request, both in hex with spaces; several pieces are sent one after the other. */
export type Script = Record<string, string | readonly string[]>;

/** The time between two pieces of an answer. */
const PIECE_GAP_MS = 100;

/** A DTU whose boards answer as they were recorded, byte for byte. */
export class ScriptedBoards implements AsyncDisposable {
  /** The answers from now on; a request without one gets no answer. */
  script: Script;
  /** The requests received, in hex with spaces. */
  readonly heard: string[] = [];
  readonly #conn: Deno.TcpConn;
  readonly #running: Promise<void>;

  private constructor(conn: Deno.TcpConn, script: Script) {
    this.#conn = conn;
    this.script = script;
    this.#running = this.#run();
  }

  /** Connects and registers. */
  static async connect(
    program: { devicePort: number },
    registration: string,
    script: Script,
  ): Promise<ScriptedBoards> {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port: program.devicePort });
    // Each piece is a packet of its own.
    conn.setNoDelay();
    await conn.write(new TextEncoder().encode(registration));
    return new ScriptedBoards(conn, script);
  }

  /** Sends unsolicited bytes. */
  async send(hex: string): Promise<void> {
    await this.#conn.write(Uint8Array.fromHex(hex.replaceAll(" ", "")));
  }

  /** How often the request was received. */
  count(request: string): number {
    return this.heard.filter((one) => one === request).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#conn[Symbol.dispose]();
    await this.#running;
  }

  /** The service waits for each answer, so bytes that arrive together are one request. */
  async #run(): Promise<void> {
    const buffer = new Uint8Array(256);
    try {
      for (let length = await this.#conn.read(buffer); length; length = await this.#conn.read(buffer)) {
        const request = buffer.subarray(0, length).toHex().toUpperCase().replace(/..(?!$)/g, "$& ");
        this.heard.push(request);
        for (const [index, piece] of [this.script[request] ?? []].flat().entries()) {
          if (index > 0) await new Promise((resolve) => setTimeout(resolve, PIECE_GAP_MS));
          await this.send(piece);
        }
      }
    } catch {
      // The test or the service has closed the connection.
    }
  }
}

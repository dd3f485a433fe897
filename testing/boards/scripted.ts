/**
 * A DTU whose boards answer word for word, as somebody has written down of real ones.
 *
 * @module
 */

/** What is answered to a request, both in hex with spaces; several pieces come one after the other. */
export type Script = Record<string, string | readonly string[]>;

/** Between two pieces of an answer. */
const PIECE_GAP_MS = 100;

/** See the module. */
export class ScriptedBoards implements AsyncDisposable {
  /** What is answered from now on; what is not in it gets no answer. */
  script: Script;
  /** The requests that came, in hex with spaces. */
  readonly heard: string[] = [];
  readonly #conn: Deno.TcpConn;
  readonly #running: Promise<void>;

  private constructor(conn: Deno.TcpConn, script: Script) {
    this.#conn = conn;
    this.script = script;
    this.#running = this.#run();
  }

  /** Connects and says who it is. */
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

  /** Sends bytes that nobody asked for. */
  async send(hex: string): Promise<void> {
    await this.#conn.write(Uint8Array.fromHex(hex.replaceAll(" ", "")));
  }

  /** How often the request came. */
  count(request: string): number {
    return this.heard.filter((one) => one === request).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#conn[Symbol.dispose]();
    await this.#running;
  }

  /** The service waits for each answer, so what comes together is one request. */
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
      // The test or the service has closed it.
    }
  }
}

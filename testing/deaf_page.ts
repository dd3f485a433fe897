/** A page that never reads its WebSocket, so that the server's buffers for it fill up. */
export class DeafPage implements AsyncDisposable {
  readonly #conn: Deno.TcpConn;

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  /** Asks for the socket and reads no more than that it is there. */
  static async open(program: { httpPort: number }, cabinet: string, cookie: string): Promise<DeafPage> {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port: program.httpPort });
    const request = [
      `GET /ws?cabinet=${cabinet} HTTP/1.1`,
      "Host: 127.0.0.1",
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
      `Cookie: ${cookie}`,
    ];
    await conn.write(new TextEncoder().encode(`${request.join("\r\n")}\r\n\r\n`));
    const buffer = new Uint8Array(12);
    await conn.read(buffer);
    const status = new TextDecoder().decode(buffer);
    if (status === "HTTP/1.1 101") return new DeafPage(conn);
    conn[Symbol.dispose]();
    throw new Error(`The socket was answered ${status}`);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#conn[Symbol.dispose]();
    return Promise.resolve();
  }
}

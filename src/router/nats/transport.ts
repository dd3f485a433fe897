import { concat } from "@std/bytes";
import {
  checkOptions,
  type ConnectionOptions,
  INFO,
  type Server,
  type Transport,
} from "@nats-io/transport-node";

/** Most bytes of one read. */
const READ_BYTES = 64 * 1024;

/**
 * The client's connection to a server, over Deno's own sockets. The client's own transport over `node:net` cannot be used
 * (measured): a server that refuses and closes the connection ends the process, a socket on which no server answers is
 * never released, and one that accepts no more bytes is never given up.
 */
export class DenoTransport implements Transport {
  readonly lang = "deno";
  readonly version = Deno.version.deno;
  closeError?: Error;
  readonly #closed = Promise.withResolvers<Error | void>();
  readonly #stopping = new AbortController();
  #conn: Deno.TcpConn | Deno.TlsConn | undefined;
  #info = new Uint8Array();
  readonly #queue: Uint8Array[] = [];
  #isWriting = false;
  #isConnected = false;

  get isClosed(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** Connects, reads the server's INFO, and starts TLS where either side wants it. */
  async connect({ hostname, port, tlsName }: Server, options: ConnectionOptions): Promise<void> {
    const conn = await Deno.connect({ hostname, port, signal: this.#stopping.signal });
    this.#use(conn);
    conn.setNoDelay();
    const info = await this.#readInfo(conn);
    checkOptions(info, options);
    if (info.tls_required || (info.tls_available && options.tls !== null)) {
      const { ca } = options.tls ?? {};
      const authority = ca === undefined ? {} : { caCerts: [ca] };
      this.#use(await Deno.startTls(conn, { hostname: tlsName || hostname, ...authority }));
    }
    this.#isConnected = true;
  }

  async *[Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array> {
    try {
      // The client reads the INFO, too.
      yield this.#info;
      const buffer = new Uint8Array(READ_BYTES);
      for (let length: number | null; (length = await this.#conn?.read(buffer) ?? null) !== null;) {
        yield buffer.slice(0, length);
      }
      this.#end();
    } catch (error) {
      this.#end(error);
    } finally {
      // A client that cannot parse what it read ends the iteration here.
      this.#end();
    }
  }

  isEncrypted(): boolean {
    return this.#conn !== undefined && "handshake" in this.#conn;
  }

  send(frame: Uint8Array): void {
    if (this.isClosed) return;
    this.#queue.push(frame);
    if (!this.#isWriting && this.#conn) void this.#write(this.#conn);
  }

  close(error?: Error): Promise<void> {
    this.#end(error);
    return Promise.resolve();
  }

  disconnect(): void {
    this.#end();
  }

  discard(): void {
    this.#end();
  }

  closed(): Promise<Error | void> {
    return this.#closed.promise;
  }

  #use(conn: Deno.TcpConn | Deno.TlsConn): void {
    this.#conn = conn;
    if (this.isClosed) conn[Symbol.dispose]();
    this.#stopping.signal.throwIfAborted();
  }

  async #readInfo(conn: Deno.TcpConn): Promise<Parameters<typeof checkOptions>[0]> {
    const buffer = new Uint8Array(READ_BYTES);
    for (let length = 0; length < buffer.length;) {
      const read = await conn.read(buffer.subarray(length));
      if (read === null) throw new Error("it closed the connection");
      length += read;
      this.#info = buffer.slice(0, length);
      const [, info] = INFO.exec(new TextDecoder().decode(this.#info)) ?? [];
      if (info !== undefined) return JSON.parse(info);
    }
    throw new Error("it is not a NATS server");
  }

  async #write(conn: Deno.Conn): Promise<void> {
    this.#isWriting = true;
    try {
      while (this.#queue.length > 0) {
        const bytes = concat(this.#queue.splice(0));
        for (let sent = 0; sent < bytes.length;) sent += await conn.write(bytes.subarray(sent));
      }
    } catch (error) {
      this.#end(error);
    }
    this.#isWriting = false;
  }

  #end(error?: unknown): void {
    if (this.isClosed) return;
    if (error instanceof Error) this.closeError = error;
    this.#stopping.abort();
    this.#queue.length = 0;
    this.#conn?.[Symbol.dispose]();
    // The client learns from `connect` that a connection was never made.
    if (this.#isConnected) this.#closed.resolve(this.closeError);
  }
}

import { DEVICE_PROXY } from "../../lib/limits.ts";
import { type ProxyHeader, ProxyHeaderError, readProxyHeader } from "./proxy_header.ts";

const NOTHING = new Uint8Array();

/** A balancer did not say for which device its connection is. */
export class MissingProxyHeaderError extends Error {
  override name = "MissingProxyHeaderError";
  /** The beginning of what the balancer sent instead. */
  readonly said: Uint8Array;

  constructor(message: string, { said, ...options }: ErrorOptions & { said: Uint8Array }) {
    super(message, options);
    this.said = said;
  }
}

/**
 * A connection that a balancer makes for a device. It has the address that the balancer names, and begins
 * behind the balancer's header.
 */
export class ProxiedConn implements Disposable {
  readonly #conn: Deno.TcpConn;
  readonly remoteAddr: Deno.NetAddr;
  /** What came with the header and was not read yet. */
  #rest: Uint8Array;

  private constructor(
    conn: Deno.TcpConn,
    { source, rest }: { source: ProxyHeader["source"]; rest: Uint8Array },
  ) {
    this.#conn = conn;
    this.remoteAddr = source ? { transport: "tcp", ...source } : conn.remoteAddr;
    this.#rest = rest.length === 0 ? NOTHING : rest;
  }

  /**
   * Reads the balancer's header. Closes the connection if the header is not valid or does not come in time.
   *
   * @throws {MissingProxyHeaderError} then
   */
  static async accept(conn: Deno.TcpConn): Promise<ProxiedConn> {
    const timer = setTimeout(() => conn[Symbol.dispose](), DEVICE_PROXY.headerMs);
    try {
      return new ProxiedConn(conn, await readHeader(conn));
    } catch (error) {
      conn[Symbol.dispose]();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Reads received bytes into the buffer; `null`: the peer has closed. */
  async read(buffer: Uint8Array): Promise<number | null> {
    const rest = this.#rest;
    if (rest.length === 0) return await this.#conn.read(buffer);
    const part = rest.subarray(0, buffer.length);
    buffer.set(part);
    // An empty part of the bytes would keep all of them in memory.
    this.#rest = part.length === rest.length ? NOTHING : rest.subarray(part.length);
    return part.length;
  }

  write(bytes: Uint8Array): Promise<number> {
    return this.#conn.write(bytes);
  }

  setNoDelay(): void {
    this.#conn.setNoDelay();
  }

  [Symbol.dispose](): void {
    this.#conn[Symbol.dispose]();
  }
}

async function readHeader(conn: Deno.TcpConn): Promise<{ source: ProxyHeader["source"]; rest: Uint8Array }> {
  const buffer = new Uint8Array(DEVICE_PROXY.binaryBytesMax);
  let length = 0;
  try {
    while (true) {
      const read = await conn.read(buffer.subarray(length));
      if (read === null) {
        throw new ProxyHeaderError("The balancer closed the connection before its header was complete");
      }
      length += read;
      const header = readProxyHeader(buffer.subarray(0, length));
      if (header) return { source: header.source, rest: buffer.slice(header.length, length) };
    }
  } catch (cause) {
    const why = cause instanceof ProxyHeaderError ? cause.message : "No PROXY header came in time";
    throw new MissingProxyHeaderError(why, {
      cause,
      said: buffer.slice(0, Math.min(length, DEVICE_PROXY.textBytesMax)),
    });
  }
}

/** A connection as it is before any TLS: the device's own, or one that a balancer made for it. */
export type PlainConn = Deno.TcpConn | ProxiedConn;

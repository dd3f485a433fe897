/**
 * A device's connection over TLS. `Deno.listenTls` would need no file of its own, but on what it accepts nobody can
 * hang up (measured in Deno 2.9.6): `close` waits until the handshake is over and until the peer has read all that was
 * written, so a peer that does neither keeps a descriptor for ever. Here the plain connection below stays ours.
 *
 * @module
 */
import { Duplex } from "node:stream";
import { type SecureContext, TLSSocket } from "node:tls";
import { DEVICE_TLS } from "../limits.ts";
import type { PlainConn } from "./context.ts";

/** The peer speaks no TLS, or none that both sides take. */
export class TlsError extends Error {
  override name = "TlsError";
}

/** Is told how many bytes were read; nothing more is read before the promise that it may return is over. */
export type Pace = (bytes: number) => Promise<void> | undefined;

/** One connection over TLS, which begins with the first read or write. */
export class TlsConn implements Disposable {
  readonly #plain: PlainConn;
  readonly #certificate: SecureContext;
  #begun: { paced: PacedStream; socket: TLSSocket; chunks: AsyncIterator<Uint8Array> } | undefined;
  /** What was decrypted and did not fit into the reader's buffer. */
  #rest = new Uint8Array();
  #pace: Pace = () => undefined;

  constructor(plain: PlainConn, certificate: SecureContext) {
    this.#plain = plain;
    this.#certificate = certificate;
  }

  get remoteAddr(): Deno.NetAddr {
    return this.#plain.remoteAddr;
  }

  /**
   * Has the reading of bytes as they come paced. Of what is decrypted there may be nothing: in the handshake, of empty
   * records, of new keys.
   */
  paceBy(pace: Pace): void {
    this.#pace = pace;
  }

  /**
   * Reads what comes into the buffer; `null`: the peer has closed.
   *
   * @throws {TlsError} if the two do not come to terms, or what comes is no TLS
   */
  async read(buffer: Uint8Array): Promise<number | null> {
    if (this.#rest.length === 0) {
      const chunk = await this.#next();
      if (!chunk) return null;
      this.#rest = chunk;
    }
    const part = this.#rest.subarray(0, buffer.length);
    buffer.set(part);
    this.#rest = this.#rest.subarray(part.length);
    return part.length;
  }

  /** Resolves when all of the bytes are with the kernel. */
  async write(bytes: Uint8Array): Promise<number> {
    const { socket } = this.#begin();
    await new Promise<void>((resolve, reject) =>
      socket.write(bytes, (error) => error ? reject(error) : resolve())
    );
    return bytes.length;
  }

  /** Hangs up at once. */
  [Symbol.dispose](): void {
    this.#begun?.socket.destroy();
    this.#plain[Symbol.dispose]();
  }

  async #next(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const { paced, chunks } = this.#begin();
    paced.flow();
    try {
      return (await chunks.next()).value;
    } catch (cause) {
      throw paced.failure ?? new TlsError("Cannot come to terms with the peer", { cause });
    } finally {
      paced.hold();
    }
  }

  #begin() {
    if (this.#begun) return this.#begun;
    // Two requests to a board must not wait for the first one's TCP acknowledgement.
    this.#plain.setNoDelay();
    const paced = new PacedStream(this.#plain, this.#pace);
    const socket = new TLSSocket(paced, { isServer: true, secureContext: this.#certificate });
    // The read or the write that is waiting fails with it.
    socket.on("error", () => {});
    return this.#begun = { paced, socket, chunks: socket[Symbol.asyncIterator]() };
  }
}

/**
 * The plain connection as the stream that Node's TLS wants. Node's reads on and on, however slowly it is read itself
 * (Deno 2.9.6), so a flood would fill the memory: here it gets something only while a read is waiting.
 */
class PacedStream extends Duplex {
  readonly #conn: PlainConn;
  readonly #pace: Pace;
  /** Nothing is read before it is over. */
  #resting: Promise<void> | undefined;
  #held: PromiseWithResolvers<void> | undefined = Promise.withResolvers();
  /** Why the connection broke. */
  failure: Error | undefined;

  constructor(conn: PlainConn, pace: Pace) {
    super();
    this.#conn = conn;
    this.#pace = pace;
    this.on("error", (error) => this.failure = error);
  }

  flow(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }

  hold(): void {
    this.#held ??= Promise.withResolvers();
  }

  override async _read(): Promise<void> {
    await this.#held?.promise;
    await this.#resting;
    const bytes = new Uint8Array(DEVICE_TLS.readBytes);
    try {
      const length = await this.#conn.read(bytes);
      // Before the bytes are passed on, which may ask for more.
      this.#resting = this.#pace(length ?? 0);
      this.push(length === null ? null : bytes.subarray(0, length));
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  override async _write(
    bytes: Uint8Array,
    _encoding: string,
    done: (error?: Error | null) => void,
  ): Promise<void> {
    try {
      for (let sent = 0; sent < bytes.length;) sent += await this.#conn.write(bytes.subarray(sent));
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#conn[Symbol.dispose]();
    done(error);
  }
}

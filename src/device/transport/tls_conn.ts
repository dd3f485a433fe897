/**
 * A device's connection over TLS. `Deno.listenTls` would need no file of its own, but on what it accepts nobody can
 * hang up (measured in Deno 2.9.6): `close` waits until the handshake is over and until the peer has read all that was
 * written, so a peer that does neither keeps a descriptor for ever. Here the plain connection below stays ours.
 *
 * @module
 */
import { Duplex } from "node:stream";
import { type SecureContext, TLSSocket } from "node:tls";
import { DEVICE_TLS } from "../../lib/limits.ts";
import type { PlainConn } from "./proxied_conn.ts";

/** The peer speaks no TLS, or none that both sides take. */
export class TlsError extends Error {
  override name = "TlsError";
}

/** Is told how many bytes were read; nothing more is read before the promise that it may return is over. */
export type ReadThrottle = (bytes: number) => Promise<void> | undefined;

/** What a connection over TLS is made with. */
export interface TlsOptions {
  /** What the peer is shown. */
  readonly certificate: SecureContext;
  /** Resolves when the next step of the handshake may be done. */
  readonly waitForTurn: () => Promise<void>;
}

/** What every connection over TLS begins with: a record of a handshake, of version 3.x (RFC 8446, section 5.1). */
const HANDSHAKE = [0x16, 3];

/** One connection over TLS, which begins when the peer does. */
export class TlsConn implements Disposable {
  readonly #plain: PlainConn;
  readonly #options: TlsOptions;
  #started:
    | { stream: ThrottledStream; socket: TLSSocket; chunks: AsyncIterator<Uint8Array<ArrayBuffer>> }
    | undefined;
  /** What was decrypted and did not fit into the reader's buffer. */
  #rest = new Uint8Array();
  #throttle: ReadThrottle = () => undefined;

  constructor(plain: PlainConn, options: TlsOptions) {
    this.#plain = plain;
    this.#options = options;
  }

  get remoteAddr(): Deno.NetAddr {
    return this.#plain.remoteAddr;
  }

  /**
   * Has the reading of bytes as they come stream. Of what is decrypted there may be nothing: in the handshake, of empty
   * records, of new keys.
   */
  throttle(throttle: ReadThrottle): void {
    this.#throttle = throttle;
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

  /**
   * Resolves when all of the bytes are with the kernel.
   *
   * @throws {TlsError} if the peer has not started
   */
  async write(bytes: Uint8Array): Promise<number> {
    if (!this.#started) throw new TlsError("The peer has not started a handshake");
    const { socket } = this.#started;
    await new Promise<void>((resolve, reject) =>
      socket.write(bytes, (error) => error ? reject(error) : resolve())
    );
    return bytes.length;
  }

  /** Hangs up at once. */
  [Symbol.dispose](): void {
    this.#started?.socket.destroy();
    this.#plain[Symbol.dispose]();
  }

  async #next(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const started = this.#started ??= await this.#start();
    if (!started) return undefined;
    const { stream, chunks } = started;
    stream.flow();
    try {
      return (await chunks.next()).value;
    } catch (cause) {
      throw stream.failure ?? new TlsError("Cannot come to terms with the peer", { cause });
    } finally {
      stream.hold();
    }
  }

  /** Reads what the peer begins with; what is no handshake costs no more than that. */
  async #start() {
    // Two requests to a board must not wait for the first one's TCP acknowledgement.
    this.#plain.setNoDelay();
    const bytes = new Uint8Array(DEVICE_TLS.readBytes);
    const length = await this.#plain.read(bytes);
    if (length === null) return undefined;
    const first = bytes.subarray(0, length);
    const isHandshake = HANDSHAKE.slice(0, length).every((byte, at) => byte === first[at]);
    if (!isHandshake) throw new TlsError("The peer does not begin a handshake: it speaks no TLS");
    const stream = new ThrottledStream(this.#plain, {
      first,
      throttle: this.#throttle,
      waitForTurn: this.#options.waitForTurn,
    });
    const socket = new TLSSocket(stream, { isServer: true, secureContext: this.#options.certificate });
    // The read or the write that is waiting fails with it.
    socket.on("error", () => {});
    socket.once("secure", () => stream.isSecure = true);
    return { stream, socket, chunks: socket[Symbol.asyncIterator]() };
  }
}

/**
 * The plain connection as the stream that Node's TLS wants. Node's reads on and on, however slowly it is read itself
 * (Deno 2.9.6), so a flood would fill the memory: here it gets something only while a read is waiting.
 */
class ThrottledStream extends Duplex {
  readonly #conn: PlainConn;
  readonly #throttle: ReadThrottle;
  readonly #waitForTurn: () => Promise<void>;
  /** What was read before. */
  #first: Uint8Array | undefined;
  /** Nothing is read before it is over. */
  #resting: Promise<void> | undefined;
  #held: PromiseWithResolvers<void> | undefined = Promise.withResolvers();
  /** Whether the handshake is over. */
  isSecure = false;
  /** Why the connection broke. */
  failure: Error | undefined;

  constructor(
    conn: PlainConn,
    { first, throttle, waitForTurn }: {
      first: Uint8Array;
      throttle: ReadThrottle;
      waitForTurn: () => Promise<void>;
    },
  ) {
    super();
    this.#conn = conn;
    this.#first = first;
    this.#throttle = throttle;
    this.#waitForTurn = waitForTurn;
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
    try {
      const bytes = await this.#next();
      // Before the bytes are passed on, which may ask for more.
      this.#resting = this.#throttle(bytes?.length ?? 0);
      if (!this.isSecure) await this.#waitForTurn();
      this.push(bytes ?? null);
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  async #next(): Promise<Uint8Array | undefined> {
    const first = this.#first;
    this.#first = undefined;
    if (first) return first;
    const bytes = new Uint8Array(DEVICE_TLS.readBytes);
    const length = await this.#conn.read(bytes);
    return length === null ? undefined : bytes.subarray(0, length);
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

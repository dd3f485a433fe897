import { Duplex } from "node:stream";
import { type SecureContext, TLSSocket } from "node:tls";
import { DEVICE_TLS } from "../../lib/limits.ts";
import type { PlainConn } from "./proxied_conn.ts";

/** The peer speaks no TLS, or no version and cipher that both sides accept. */
export class TlsError extends Error {
  override name = "TlsError";
}

/** Is told how many bytes were read. If it returns a promise, nothing more is read before that resolves. */
export type ReadThrottle = (bytes: number) => Promise<void> | undefined;

export interface TlsOptions {
  /** What the peer is shown. */
  readonly certificate: SecureContext;
  /** Resolves when the next step of the handshake may be done. */
  readonly waitForTurn: () => Promise<void>;
}

/** How every connection over TLS begins: a record of a handshake, of version 3.x (RFC 8446, section 5.1). */
const HANDSHAKE = [0x16, 3];

/**
 * A device's connection over TLS; TLS begins when the peer begins. `Deno.listenTls` would need no file of its
 * own, but the connections that it accepts cannot be ended from this side (measured in Deno 2.9.6): `close`
 * waits until the handshake is over and until the peer has read all that was written, so a peer that does
 * neither keeps a descriptor for ever. Here the plain connection below can be closed at any time.
 */
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
   * Throttles the reading of encrypted bytes. They may decrypt to nothing: those of the handshake, of empty
   * records, of new keys.
   */
  throttle(throttle: ReadThrottle): void {
    this.#throttle = throttle;
  }

  /**
   * Reads received bytes into the buffer; `null`: the peer has closed.
   *
   * @throws {TlsError} if the handshake fails, or the bytes are not TLS
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
   * Resolves when the kernel has all of the bytes.
   *
   * @throws {TlsError} if the peer has not started the handshake
   */
  async write(bytes: Uint8Array): Promise<number> {
    if (!this.#started) throw new TlsError("The peer has not started a handshake");
    const { socket } = this.#started;
    await new Promise<void>((resolve, reject) =>
      socket.write(bytes, (error) => error ? reject(error) : resolve())
    );
    return bytes.length;
  }

  /** Ends the connection at once. */
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
      throw stream.failure ?? new TlsError("TLS with the peer failed", { cause });
    } finally {
      stream.hold();
    }
  }

  /** Reads the peer's first bytes; bytes that begin no handshake cost no more than that. */
  async #start() {
    // Two requests to a board must not wait for the first one's TCP acknowledgement.
    this.#plain.setNoDelay();
    const bytes = new Uint8Array(DEVICE_TLS.readBytes);
    const length = await this.#plain.read(bytes);
    if (length === null) return undefined;
    const first = bytes.subarray(0, length);
    const isHandshake = HANDSHAKE.slice(0, length).every((byte, at) => byte === first[at]);
    if (!isHandshake) throw new TlsError("The peer does not begin a TLS handshake");
    const stream = new ThrottledStream(this.#plain, {
      first,
      throttle: this.#throttle,
      waitForTurn: this.#options.waitForTurn,
    });
    const socket = new TLSSocket(stream, { isServer: true, secureContext: this.#options.certificate });
    // The waiting read or write fails with the error.
    socket.on("error", () => {});
    socket.once("secure", () => stream.isSecure = true);
    return { stream, socket, chunks: socket[Symbol.asyncIterator]() };
  }
}

/**
 * The plain connection as the stream that Node's TLS needs. Node's own stream reads on and on, however slowly it is
 * read itself (Deno 2.9.6), so a flood would fill the memory: this one reads only while a read is waiting.
 */
class ThrottledStream extends Duplex {
  readonly #conn: PlainConn;
  readonly #throttle: ReadThrottle;
  readonly #waitForTurn: () => Promise<void>;
  /** What was read before. */
  #first: Uint8Array | undefined;
  /** Nothing is read before this resolves. */
  #resting: Promise<void> | undefined;
  #held: PromiseWithResolvers<void> | undefined = Promise.withResolvers();
  /** Whether the handshake is complete. */
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
      // Before the bytes are passed on, since that may ask for more.
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

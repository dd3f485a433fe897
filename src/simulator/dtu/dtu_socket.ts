import { OUTGOING_BYTES_MAX, READ_BUFFER_BYTES } from "../limits.ts";

/** Why a DTU's connection ended. */
export type DtuDisconnectReason =
  | "closed-by-server"
  /** The connection broke. */
  | "lost"
  /** More than 64 KiB waited for the server. */
  | "server-does-not-read"
  /** The DTU had received nothing for too long. */
  | "silence"
  /** The plug was pulled. */
  | "dropped"
  /** The connection died without a FIN; the socket is still open. */
  | "frozen"
  /** The simulation is over. */
  | "disposed";

export interface DtuSocketHooks {
  readonly received: (bytes: Uint8Array) => void;
  readonly ended: (reason: DtuDisconnectReason) => void;
}

/**
 * One TCP connection of a DTU: one reader, one writer, and an end with a reason. Errors of the socket end it
 * and are not thrown.
 */
export class DtuSocket implements AsyncDisposable {
  readonly #conn: Deno.TcpConn;
  readonly #hooks: DtuSocketHooks;
  readonly #end = Promise.withResolvers<void>();
  readonly #reading: Promise<void>;
  #writing: Promise<void> | undefined;
  #outgoing: Uint8Array[] = [];
  #outgoingBytes = 0;
  #isOver = false;
  #isClosed = false;

  constructor(conn: Deno.TcpConn, hooks: DtuSocketHooks) {
    this.#conn = conn;
    this.#hooks = hooks;
    // Pieces are cut on purpose; Nagle's algorithm would put them together again.
    conn.setNoDelay(true);
    this.#reading = this.#read();
  }

  /** Resolves after the end. */
  get ended(): Promise<void> {
    return this.#end.promise;
  }

  /** Whether the socket is closed; that of a frozen connection is not. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Sends bytes behind those that wait; without effect after the end. */
  write(bytes: Uint8Array): void {
    if (this.#isOver) return;
    this.#outgoing.push(bytes);
    this.#outgoingBytes += bytes.length;
    if (this.#outgoingBytes > OUTGOING_BYTES_MAX) this.close("server-does-not-read");
    else this.#writing ??= this.#drain();
  }

  /** Neither reads nor writes any more, with an open socket, as when a carrier forgets the connection. */
  freeze(): void {
    this.#finish("frozen");
  }

  /** Closes the socket, also a frozen one. Closing twice is harmless. */
  close(reason: DtuDisconnectReason): void {
    if (!this.#isClosed) this.#conn.close();
    this.#isClosed = true;
    this.#finish(reason);
  }

  /** Closes the socket and waits for reader and writer. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close("disposed");
    await this.#reading;
    await this.#writing;
  }

  #finish(reason: DtuDisconnectReason): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#outgoing = [];
    this.#hooks.ended(reason);
    this.#end.resolve();
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(READ_BUFFER_BYTES);
    while (!this.#isOver) {
      const count = await this.#conn.read(buffer).catch(() => "lost" as const);
      if (this.#isOver) return;
      if (count === "lost") return this.close("lost");
      if (count === null) return this.close("closed-by-server");
      this.#hooks.received(buffer.slice(0, count));
    }
  }

  async #drain(): Promise<void> {
    for (let bytes = this.#outgoing.shift(); bytes !== undefined; bytes = this.#outgoing.shift()) {
      const isWritten = await writeAll(this.#conn, bytes);
      if (!isWritten) this.close("lost");
      this.#outgoingBytes -= bytes.length;
    }
    this.#writing = undefined;
  }
}

async function writeAll(conn: Deno.TcpConn, bytes: Uint8Array): Promise<boolean> {
  for (let start = 0; start < bytes.length;) {
    const count = await conn.write(bytes.subarray(start)).catch(() => undefined);
    if (count === undefined) return false;
    start += count;
  }
  return true;
}

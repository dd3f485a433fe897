/**
 * A device that is written from the facts.
 *
 * @module
 */
/** A DTU with one 8A board, written from the facts alone. Answers reads; opens are answered by `onOpen`. */
export class Device implements AsyncDisposable {
  readonly conn: Deno.TcpConn | Deno.TlsConn;
  /** Every frame that came, in hex, with when. */
  readonly frames: { hex: string; at: number }[] = [];
  readonly open = new Set<number>();
  /** What to answer to an open: the state byte, or nothing. */
  onOpen: (lock: number) => number | undefined = (lock) => {
    this.open.add(lock);
    return 0x00;
  };
  /** Whether reads are answered. */
  readsAnswered = true;
  /** How long the board takes to answer, in milliseconds. */
  answerMs = 0;
  readonly #running: Promise<void>;

  private constructor(conn: Deno.TcpConn | Deno.TlsConn) {
    this.conn = conn;
    this.#running = this.#run();
  }

  /** Connects and says who it is. */
  static async connect(program: { devicePort: number }, registration: string | Uint8Array): Promise<Device> {
    return await Device.#register(
      await Deno.connect({ hostname: "127.0.0.1", port: program.devicePort }),
      registration,
    );
  }

  /**
   * The same over TLS.
   *
   * @param certificate what the program has to show, in PEM
   * @throws {Deno.errors.InvalidData} if it shows another one
   */
  static async connectTls(
    program: { deviceTlsPort: number },
    registration: string | Uint8Array,
    certificate: string,
  ): Promise<Device> {
    const address = { hostname: "127.0.0.1", port: program.deviceTlsPort };
    return await Device.#register(
      await Deno.connectTls({ ...address, caCerts: [certificate] }),
      registration,
    );
  }

  static async #register(
    conn: Deno.TcpConn | Deno.TlsConn,
    registration: string | Uint8Array,
  ): Promise<Device> {
    const bytes = typeof registration === "string" ? new TextEncoder().encode(registration) : registration;
    const device = new Device(conn);
    try {
      await device.send(bytes);
      return device;
    } catch (error) {
      await device[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Resolves when the connection is gone. */
  get ended(): Promise<void> {
    return this.#running;
  }

  /** The opens among the frames. */
  get opens(): string[] {
    return this.frames.map(({ hex }) => hex).filter((hex) => hex.startsWith("8A"));
  }

  async send(bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.length;) sent += await this.conn.write(bytes.subarray(sent));
  }

  /** A door moves and the board says so by itself. */
  async report(lock: number, open: boolean): Promise<void> {
    if (open) this.open.add(lock);
    else this.open.delete(lock);
    await this.#answer([0x82, 1, lock, open ? 0x00 : 0x11]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.conn[Symbol.dispose]();
    await this.#running;
  }

  async #run(): Promise<void> {
    const buffer = new Uint8Array(1024);
    let held: number[] = [];
    try {
      while (true) {
        const length = await this.conn.read(buffer);
        if (length === null) return;
        held.push(...buffer.subarray(0, length));
        for (; held.length >= 5; held = held.slice(5)) await this.#frame(held.slice(0, 5));
      }
    } catch {
      // The other side or the test has closed it.
    } finally {
      this.conn[Symbol.dispose]();
    }
  }

  async #frame(frame: number[]): Promise<void> {
    const [head = 0, board = 0, lock = 0] = frame;
    const hex = frame.map((byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join(" ");
    this.frames.push({ hex, at: Date.now() });
    if (this.answerMs > 0) await new Promise((resolve) => setTimeout(resolve, this.answerMs));
    if (head === 0x8a) {
      const state = this.onOpen(lock);
      if (state !== undefined) await this.#answer([0x8a, board, lock, state]);
    } else if (this.readsAnswered) await this.#answer(this.#reading(board, lock));
  }

  /** Wired "short when locked": 11, or bit 1, is closed. */
  #reading(board: number, lock: number): number[] {
    if (lock > 0) return [0x80, board, lock, this.open.has(lock) ? 0x00 : 0x11];
    let closed = 0xffffff;
    for (const open of this.open) closed &= ~(1 << (open - 1));
    return [0x80, board, closed >> 16 & 0xff, closed >> 8 & 0xff, closed & 0xff, 0x33];
  }

  async #answer(bytes: number[]): Promise<void> {
    await this.send(Uint8Array.from([...bytes, bytes.reduce((xor, byte) => xor ^ byte, 0)]));
  }
}

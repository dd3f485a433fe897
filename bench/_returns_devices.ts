/**
 * The devices of `returns.ts`, as many as one process can hold. Orders come in, a line each: `dial 0 200`, `drop`.
 *
 * @module
 */
import { TextLineStream } from "../testing/lines.ts";

/** The registration of the cabinet's DTU. */
export function registrationOf(n: number): string {
  return `BENCH-${String(n).padStart(6, "0")}`;
}

/** A DTU with one board whose doors are closed, and close at once when they are opened. */
class BenchDevice {
  readonly #conn: Deno.TcpConn;
  readonly #opened = new Set<number>();

  constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
    this.#serve();
  }

  static async dial(port: number, n: number): Promise<BenchDevice> {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    const device = new BenchDevice(conn);
    await conn.write(new TextEncoder().encode(registrationOf(n)));
    return device;
  }

  close(): void {
    this.#conn[Symbol.dispose]();
  }

  async #serve(): Promise<void> {
    const frame = new Uint8Array(5);
    try {
      while (true) {
        for (let read = 0; read < frame.length;) {
          const length = await this.#conn.read(frame.subarray(read));
          if (length === null) return;
          read += length;
        }
        await this.#conn.write(this.#answer(frame));
      }
    } catch {
      // Closed.
    }
  }

  #answer([head = 0, board = 0, lock = 0]: Uint8Array): Uint8Array {
    if (head === 0x8a) this.#opened.add(lock);
    const door = this.#opened.delete(lock) ? 0x00 : 0x11;
    const bytes = head === 0x8a || lock > 0
      ? [head, board, lock, door]
      : [head, board, 0xff, 0xff, 0xff, 0x33];
    return Uint8Array.from([...bytes, bytes.reduce((xor, byte) => xor ^ byte, 0)]);
  }
}

/** Executes an order, and confirms it with a line. */
async function obey(port: number): Promise<void> {
  let devices: BenchDevice[] = [];
  const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  for await (const line of lines) {
    const [order, from = 0, to = 0] = line.split(" ").map((word, n) => n === 0 ? word : Number(word)) as [
      string,
      number?,
      number?,
    ];
    if (order === "dial") {
      devices = await Promise.all(
        Array.from({ length: to - from }, (_, n) => BenchDevice.dial(port, from + n)),
      );
    } else {
      for (const device of devices) device.close();
      devices = [];
    }
    await Deno.stdout.write(new TextEncoder().encode("done\n"));
  }
}

if (import.meta.main) await obey(Number(Deno.args[0]));

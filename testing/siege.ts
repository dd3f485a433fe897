/**
 * Attackers, each from an address of its own: everything that a stranger with a guest's rights can do to the service's two
 * ports, again and again until it is over.
 *
 * @module
 */
import { connect, type Socket } from "node:net";
import type { Program } from "./program.ts";
import { seeded } from "./seeded.ts";

/** What is attacked. */
export interface Target {
  readonly program: Pick<Program, "httpPort" | "devicePort">;
  /** A cabinet in storage mode, and its registration. */
  readonly cabinet: string;
  readonly registration: string;
}

/** One attacker. */
class Attacker {
  /** Draws a number from 0 up to 1. */
  readonly random: () => number;
  readonly #target: Target;
  readonly #address: string;
  readonly #open = new Set<Socket>();
  #over = false;

  constructor(target: Target, { address, random }: { address: string; random: () => number }) {
    this.random = random;
    this.#target = target;
    this.#address = address;
  }

  /** Goes on with that attack until {@linkcode end}. Never rejects. */
  async run(attack: (attacker: Attacker) => Promise<void>): Promise<void> {
    while (!this.#over) {
      await attack(this).catch(() => {});
      await pause(20);
    }
  }

  end(): void {
    this.#over = true;
    for (const socket of this.#open) socket.destroy();
  }

  get isOver(): boolean {
    return this.#over;
  }

  get target(): Target {
    return this.#target;
  }

  http(): Promise<Socket> {
    return this.#connect(this.#target.program.httpPort);
  }

  device(): Promise<Socket> {
    return this.#connect(this.#target.program.devicePort);
  }

  /** Sends a request and returns the beginning of its answer; the connection stays open. */
  async ask(head: string, body = ""): Promise<{ socket: Socket; answer: string }> {
    const socket = await this.http();
    const answer = new Promise<string>((resolve) => {
      socket.once("data", (data) => resolve(String(data)));
      socket.once("close", () => resolve(""));
    });
    socket.write(`${head}\r\nHost: 127.0.0.1:${this.#target.program.httpPort}\r\n\r\n${body}`);
    return { socket, answer: await answer };
  }

  /** A WebSocket of a new guest. */
  async guestSocket(): Promise<Socket> {
    const { cabinet } = this.#target;
    const { socket: first, answer } = await this.ask(`GET /c/${cabinet} HTTP/1.1`);
    first.destroy();
    const cookie = /set-cookie: ([^;]+)/i.exec(answer)?.[1] ?? "";
    const upgrade = [
      `GET /ws?cabinet=${cabinet} HTTP/1.1`,
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
      `Cookie: ${cookie}`,
    ];
    return (await this.ask(upgrade.join("\r\n"))).socket;
  }

  #connect(port: number): Promise<Socket> {
    const { promise, resolve, reject } = Promise.withResolvers<Socket>();
    const socket = connect({ host: "127.0.0.1", port, localAddress: this.#address });
    this.#open.add(socket);
    socket.on("close", () => this.#open.delete(socket));
    socket.on("error", reject);
    socket.on("connect", () => resolve(socket));
    return promise;
  }
}

/** Ends when the peer hangs up, or after so long. */
async function until(socket: Socket, ms: number): Promise<void> {
  await Promise.race([new Promise<void>((resolve) => socket.on("close", () => resolve())), pause(ms)]);
  socket.destroy();
}

/** One frame of a WebSocket, masked with zeros. */
function frame(opcode: number, payload: Uint8Array, { final }: { final: boolean }): Uint8Array {
  const head = [opcode | (final ? 0x80 : 0), 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  const bytes = new Uint8Array(head.length + payload.length);
  bytes.set(head);
  new DataView(bytes.buffer).setBigUint64(2, BigInt(payload.length));
  bytes.set(payload, head.length);
  return bytes;
}

const TEXT = 1;
const CONTINUATION = 0;
/** The head of a request that is answered late, as its token is wrong; its end is missing. */
const WRONG_TOKEN =
  "GET /api/v1/status HTTP/1.1\r\nHost: k\r\nAuthorization: Bearer wrong-token-of-a-stranger";
const MEBIBYTE = new Uint8Array(1024 * 1024).fill(0x61);

/** Sends while the peer takes it. */
async function pour(socket: Socket, pieces: Iterable<Uint8Array>): Promise<void> {
  for (const piece of pieces) {
    if (socket.destroyed) return;
    if (!socket.write(piece)) {
      await Promise.race([new Promise((resolve) => socket.once("drain", resolve)), pause(500)]);
    }
  }
}

function* fragments(count: number, size: number): Iterable<Uint8Array> {
  for (let n = 0; n < count; n++) {
    yield frame(n === 0 ? TEXT : CONTINUATION, MEBIBYTE.subarray(0, size), { final: false });
  }
}

/** What attackers do. */
export const ATTACKS: Readonly<Record<string, (attacker: Attacker) => Promise<void>>> = {
  async "one endless message"(attacker) {
    const socket = await attacker.guestSocket();
    await pour(socket, fragments(540, MEBIBYTE.length));
    await until(socket, 5_000);
  },
  async "many unfinished messages"(attacker) {
    const sockets = await Promise.all(Array.from({ length: 12 }, () => attacker.guestSocket()));
    await Promise.all(sockets.map(async (socket) => {
      await pour(socket, fragments(80, MEBIBYTE.length));
      await until(socket, 5_000);
    }));
  },
  async "an endless stream of tiny fragments"(attacker) {
    const socket = await attacker.guestSocket();
    await pour(socket, fragments(20_000, 1));
    await until(socket, 5_000);
  },
  async "half heads"(attacker) {
    const sockets = await Promise.all(Array.from({ length: 50 }, () => attacker.http()));
    for (const socket of sockets) socket.write("GET / HTTP/1.1\r\nHost: ");
    await Promise.all(sockets.map((socket) => until(socket, 15_000)));
  },
  async "heads a byte at a time"(attacker) {
    const sockets = await Promise.all(Array.from({ length: 50 }, () => attacker.http()));
    const text = `GET /${"a".repeat(1_000)}`;
    for (const byte of text) {
      if (attacker.isOver || sockets.every(({ destroyed }) => destroyed)) break;
      for (const socket of sockets) socket.write(byte);
      await pause(1_000);
    }
  },
  async "a head without end"(attacker) {
    const socket = await attacker.http();
    socket.write("GET / HTTP/1.1\r\n");
    await pour(socket, Array.from({ length: 64 }, () => MEBIBYTE));
    await until(socket, 1_000);
  },
  async "silent connections"(attacker) {
    const sockets = await Promise.all(Array.from({ length: 100 }, () => attacker.http()));
    await Promise.all(sockets.map((socket) => until(socket, 15_000)));
  },
  async "a body without end"(attacker) {
    const socket = await attacker.http();
    socket.write(`POST /wechat/mini/session HTTP/1.1\r\nHost: a\r\nContent-Length: ${2 ** 31}\r\n\r\n`);
    await pour(socket, Array.from({ length: 256 }, () => MEBIBYTE));
    await until(socket, 1_000);
  },
  async "guesses of the operator's token"(attacker) {
    await Promise.all(Array.from({ length: 20 }, async () => {
      const guess = crypto.randomUUID();
      const { socket } = await attacker.ask(
        `GET /api/v1/cabinets HTTP/1.1\r\nAuthorization: Bearer ${guess}`,
      );
      socket.destroy();
    }));
  },
  async "wrong pickup codes"(attacker) {
    const socket = await attacker.guestSocket();
    for (let n = 0; n < 20; n++) {
      const code = `${Math.floor(attacker.random() * 100_000_000)}`.padStart(8, "0");
      const message = JSON.stringify({ type: "pickup", id: crypto.randomUUID(), code });
      const payload = new TextEncoder().encode(message);
      const short = Uint8Array.from([
        0x81,
        0x80 | 126,
        payload.length >> 8,
        payload.length & 0xff,
        0,
        0,
        0,
        0,
        ...payload,
      ]);
      socket.write(short);
    }
    await until(socket, 2_000);
  },
  async "devices that say one byte"(attacker) {
    const sockets = await Promise.all(Array.from({ length: 64 }, () => attacker.device()));
    for (const socket of sockets) socket.write("I");
    await Promise.all(sockets.map((socket) => until(socket, 12_000)));
  },
  async "registrations that nobody knows"(attacker) {
    await Promise.all(Array.from({ length: 20 }, async (_, n) => {
      const socket = await attacker.device();
      socket.write(`IMEI8600000000${n.toString().padStart(5, "0")}`);
      await until(socket, 1_000);
    }));
  },
  async "somebody else's registration"(attacker) {
    const socket = await attacker.device();
    socket.write(attacker.target.registration);
    await until(socket, 5_000);
  },
  async "the description of the API"(attacker) {
    await Promise.all(Array.from({ length: 10 }, async () => {
      const { socket } = await attacker.ask("GET /api/v1/openapi.json HTTP/1.1");
      await pause(200);
      socket.destroy();
    }));
  },
  async "new guests"(attacker) {
    await Promise.all(Array.from({ length: 10 }, async () => {
      const { socket } = await attacker.ask(`GET /c/${attacker.target.cabinet} HTTP/1.1`);
      socket.destroy();
    }));
  },
};

/** What attackers do who load pages, beside all that. */
const LOADS: typeof ATTACKS = {
  async "the page and its files, again and again"(attacker) {
    const { cabinet } = attacker.target;
    const { socket: first, answer } = await attacker.ask(`GET /c/${cabinet} HTTP/1.1`);
    first.destroy();
    const cookie = /set-cookie: ([^;]+)/i.exec(answer)?.[1] ?? "";
    await Promise.all(Array.from({ length: 10 }, async (_, n) => {
      const socket = await attacker.http();
      const path = n % 2 === 0 ? "/assets/page.js" : `/c/${cabinet}`;
      const request = `GET ${path} HTTP/1.1\r\nHost: k\r\nCookie: ${cookie}\r\nAccept-Encoding: gzip\r\n\r\n`;
      // As many more as were answered, as far as can be told without reading them.
      socket.on("data", (data) => {
        if (String(data).includes("HTTP/1.1 200")) socket.write(request);
      });
      socket.write(request.repeat(6));
      await until(socket, 5_000);
    }));
  },
  async "answers that nobody reads"(attacker) {
    const sockets = await Promise.all(Array.from({ length: 100 }, () => attacker.http()));
    for (const socket of sockets) {
      socket.pause();
      socket.write("GET /assets/page.js HTTP/1.1\r\nHost: k\r\n\r\n".repeat(8));
    }
    await Promise.all(sockets.map((socket) => until(socket, 15_000)));
  },
};

/** What attackers send who make much of little: bytes that nobody asked for, connections that nobody is behind. */
const STREAMS: typeof ATTACKS = {
  async "bytes that belong to no request"(attacker) {
    const chunked = "POST /healthz HTTP/1.1\r\nHost: k\r\nTransfer-Encoding: chunked\r\n\r\n";
    const kinds: [begin: string, piece: Uint8Array][] = [
      ["", new TextEncoder().encode("\r\n".repeat(30_000))],
      [`${chunked}1;`, MEBIBYTE.subarray(0, 60_000)],
      [`${chunked}0\r\n`, new TextEncoder().encode("X: y\r\n".repeat(10_000))],
    ];
    const all = [...kinds, ...kinds, ...kinds, ...kinds];
    await Promise.all(all.map(async ([begin, piece]) => {
      const socket = await attacker.http();
      socket.write(begin);
      await pour(socket, Array.from({ length: 500 }, () => piece));
      await until(socket, 5_000);
    }));
  },
  async "bodies in chunks of one byte"(attacker) {
    const chunks = new TextEncoder().encode("1\r\na\r\n".repeat(20_000));
    await Promise.all(Array.from({ length: 10 }, async () => {
      const socket = await attacker.http();
      socket.write(`${WRONG_TOKEN}\r\nTransfer-Encoding: chunked\r\n\r\n`);
      await pour(socket, Array.from({ length: 20 }, () => chunks));
      await until(socket, 10_000);
    }));
  },
  async "bodies behind a request that waits"(attacker) {
    const body = "x".repeat(60_000);
    const post = `POST /healthz HTTP/1.1\r\nHost: k\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    await Promise.all(Array.from({ length: 50 }, async () => {
      const socket = await attacker.http();
      socket.write(`${WRONG_TOKEN}\r\n\r\n${post.repeat(7)}`);
      await until(socket, 10_000);
    }));
  },
  async "devices that reset at once"(attacker) {
    await Promise.all(Array.from({ length: 20 }, async () => {
      const socket = await attacker.device();
      socket.resetAndDestroy();
    }));
  },
};

/** What attackers may do beside {@linkcode ATTACKS}. */
export const MORE = { nothing: {}, loads: LOADS, streams: STREAMS } as const;

/** A siege, each attack from an address of its own. */
export interface Siege {
  /** How many addresses at least; some attacks are made from two. */
  readonly attackersMin: number;
  /** What is done beside the attacks that all sieges have. */
  readonly more: keyof typeof MORE;
  /** What attackers guess comes from it. */
  readonly seed: number;
}

/** Begins all attacks; disposing of it ends them. */
export function besiege(target: Target, { attackersMin, more, seed }: Siege): AsyncDisposable {
  const attacks = Object.values({ ...ATTACKS, ...MORE[more] });
  const attackers = Math.max(attackersMin, attacks.length);
  const all = Array.from(
    { length: attackers },
    (_, n) => new Attacker(target, { address: `127.0.1.${n + 1}`, random: seeded(seed + n) }),
  );
  const running = all.map((attacker, n) =>
    attacker.run(attacks[n % attacks.length] as typeof attacks[number])
  );
  return {
    async [Symbol.asyncDispose]() {
      for (const attacker of all) attacker.end();
      await Promise.all(running);
    },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

// As a process of its own, so that attackers do not hold up the person whose taps are measured.
if (import.meta.main) {
  const { target, ...siege } = JSON.parse(Deno.args[0] ?? "") as Siege & { target: Target };
  besiege(target, siege);
}

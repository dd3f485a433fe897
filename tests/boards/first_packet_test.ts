/**
 * The first packet of a DTU with noise of the serial bus in it, for cabinets of every family: which cabinet
 * it is taken for.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { concat } from "@std/bytes";
import { families } from "../../src/boards/mod.ts";
import { api, putCabinet, untilOnline } from "../../testing/api.ts";
import { tempFolder } from "../../testing/folders.ts";
import type { Message } from "../../testing/page.ts";
import { Program } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { exchanges } from "../../testing/boards/traffic.ts";

const text = (said: string): Uint8Array => new TextEncoder().encode(said);
const hex = (said: string): Uint8Array => Uint8Array.fromHex(said.replaceAll(" ", ""));

/** For each family a frame that shows the first of two doors open. */
const BOARDS: Record<string, Uint8Array> = {
  raw: hex("A0 01 01 A2"),
  ...Object.fromEntries(
    families().map((family) => {
      const [said] = family.readAll ? exchanges(family, { open: [true, false] }) : [];
      return [family.name, said?.reply ?? hex("A0 01 01 A2")];
    }),
  ),
};

/** The first packet with noise, made of the registration and a board's frame. */
const NOISY: Record<string, (registration: Uint8Array, said: Uint8Array) => Uint8Array> = {
  "a frame behind a glitch": (registration, said) => concat([registration, hex("00"), said]),
  "a frame behind noise": (registration, said) => concat([registration, hex("FF 13 F8"), said]),
  "a glitch": (registration) => concat([registration, hex("FE")]),
  "a glitch before it": (registration) => concat([hex("00"), registration]),
  "noise before it and behind it": (registration, said) =>
    concat([hex("F0 03 33 80"), registration, hex("00"), said]),
};

/** Registrations that begin like a cabinet's, or end like it. */
const UNKNOWN_REGISTRATIONS: readonly ((registration: Uint8Array, said: Uint8Array) => Uint8Array)[] = [
  (registration) => concat([registration, text("2")]),
  (registration, said) => concat([registration, text("2"), said]),
  (registration) => concat([registration, text("W2")]),
  (registration) => concat([registration, text("-2")]),
  (registration) => concat([registration, text("柜")]),
  (registration) => concat([text("X"), registration]),
  (registration) => concat([text("KAIGUI"), hex("00"), registration]),
  (registration) => concat([hex("00"), registration, text("2")]),
  (registration, said) => concat([hex("00"), registration, text("2"), said]),
];

async function connected(program: Program, bytes: Uint8Array): Promise<Deno.TcpConn> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port: program.devicePort });
  await conn.write(bytes);
  return conn;
}

Deno.test("cabinets of every family are found behind and before noise, and what their boards say is understood", async (t) => {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await tempFolder());
  const program = stack.use(await Program.start(folder.path));
  for (const [board, said] of Object.entries(BOARDS)) {
    for (
      const [kind, registration] of Object.entries({ text: text(`CAB-${board}`), hex: text(`${board}:\x01`) })
    ) {
      const id = `${board}-${kind}`;
      const described = kind === "text" ? { text: `CAB-${board}` } : { hex: registration.toHex() };
      const cells = board === "raw" ? [] : { count: 2 };
      await putCabinet(program, id, { board, registration: described, cells });
      for (const [noise, packet] of Object.entries(NOISY)) {
        // Any byte except a glitch or a frame may be a part of a registration that is not text.
        const isFrame = board !== "raw" && board !== "lcus";
        if (kind === "hex" && (!noise.includes("glitch") || noise.includes("frame") && !isFrame)) continue;
        await t.step(`${id}: ${noise}`, async () => {
          using _conn = await connected(program, packet(registration, said));
          await untilOnline(program, id);
          if (isFrame && packet(registration, said).length > registration.length + said.length) {
            await until(async () => (await doors(program, id))[0] === "open", {
              saw: () => doors(program, id),
            });
          }
        });
        await untilOnline(program, id, false);
      }
    }
  }
});

Deno.test("registrations that begin or end like a cabinet's are not taken for it, in every family", async () => {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await tempFolder());
  const program = stack.use(await Program.start(folder.path));
  for (const board of Object.keys(BOARDS)) {
    await putCabinet(program, board, {
      board,
      registration: { text: `${board}-CAB1` },
      cells: board === "raw" ? [] : { count: 2 },
    });
  }
  const ended = Object.entries(BOARDS).flatMap(([board, said]) =>
    UNKNOWN_REGISTRATIONS.map(async (registrationOf) => {
      using conn = await connected(program, registrationOf(text(`${board}-CAB1`), said));
      return await conn.read(new Uint8Array(64));
    })
  );
  const answers = await Promise.all(ended);
  deepEqual(answers, answers.map(() => null), "none is sent a request, all are disconnected");
  equal(program.err.some((line) => line.includes("is online")), false);
});

async function doors(program: Program, id: string): Promise<string[]> {
  return (await api(program, "GET", `/cabinets/${id}`)).body.cells.map(({ door }: Message) => door);
}

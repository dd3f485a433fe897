import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { until } from "../../testing/until.ts";
import { STAFF } from "../lib/limits.ts";
import { NoAnswerError, NotAskedError } from "../router/mod.ts";
import { FaultyRouter } from "../../testing/network/faulty_router.ts";
import { bytesOfHex, RawLine, spacedHex } from "./raw_line.ts";

Deno.test({
  name: "bytesOfHex() takes the tutorial's example with and without spaces, in either case",
  permissions: "none",
  fn() {
    const expected = Uint8Array.of(0xa0, 1, 1, 0xa2);
    for (const text of ["A0 01 01 A2", "a00101a2", " A0 0101\tA2\n"]) {
      deepEqual(bytesOfHex(text), expected, text);
    }
  },
});

Deno.test({
  name: "bytesOfHex() refuses odd and foreign characters",
  permissions: "none",
  fn() {
    for (const text of ["", " ", "A", "A0 1", "A0 0x01", "A0 G1", "A0,01", "\u0661\u0661"]) {
      equal(bytesOfHex(text), undefined, text);
    }
  },
});

Deno.test({
  name: "spacedHex() writes upper-case pairs with one space between them",
  permissions: "none",
  fn() {
    equal(spacedHex(Uint8Array.of(0xa0, 1, 0, 0xff)), "A0 01 00 FF");
    equal(spacedHex(new Uint8Array()), "");
  },
});

/** A line to a cabinet whose way can be broken, for a caller who may use it as long as that says so. */
function lineTo(router: FaultyRouter, mayGoOn = () => Promise.resolve(true)) {
  const heard: string[] = [];
  const closed: unknown[] = [];
  const wire = {
    send: (text: string) => void heard.push(text),
    bufferedBytes: 0,
    close: (code: number, reason: string) => void closed.push([code, reason]),
  };
  let now = 0;
  const line = new RawLine("cab", wire, { router, mayGoOn, waitMs: 20, now: () => now });
  return { line, heard, closed, skip: (ms: number) => void (now += ms) };
}

Deno.test("RawLine says what is known of bytes when the cabinet cannot be reached", async () => {
  const router = new FaultyRouter();
  const { line, heard } = lineTo(router);
  using _line = line;
  heard.length = 0;
  const sent = async (broken: Error | undefined) => {
    router.broken = broken;
    await line.receive("A0 01 01 A2");
    return heard.splice(0);
  };
  deepEqual(await sent(undefined), ["error: the cabinet is offline; nothing was sent"]);
  deepEqual(await sent(new NotAskedError("late")), [
    "error: the cabinet cannot be reached; nothing was sent",
  ]);
  deepEqual(await sent(new NoAnswerError("gone")), [
    "error: the cabinet cannot be reached; it is not known whether anything was sent",
  ]);
  await rejects(sent(new TypeError("a mistake of the program")), TypeError);
});

Deno.test("RawLine listens again when something may have been missed", async () => {
  const router = new FaultyRouter();
  const asked: number[] = [];
  router.claim("cab", {
    handle: (request) => {
      if (request.type === "raw") asked.push(request.bytes.length);
      return Promise.resolve({ type: "raw", taken: true });
    },
    displaced: () => {},
  }, 1);
  const { line, heard } = lineTo(router);
  using _line = line;
  await until(() => asked.length === 1);
  router.misses();
  await until(() => asked.length === 2);
  router.broken = new NotAskedError("late");
  router.misses();
  await until(() => heard.length === 2);
  match(heard[1] ?? "", /^error: the cabinet cannot be reached; what comes from it/);
  deepEqual(asked, [0, 0]);
});

Deno.test("RawLine is closed, and passes nothing on, once its caller may not use it or that cannot be told", async () => {
  const may = [
    () => Promise.resolve(false),
    () => Promise.reject(new Error("the database is away")),
    () => new Promise<boolean>(() => {}),
  ];
  for (const mayGoOn of may) {
    const router = new FaultyRouter();
    const asked: number[] = [];
    router.claim("cab", {
      handle: (request) => {
        if (request.type === "raw") asked.push(request.bytes.length);
        return Promise.resolve({ type: "raw", taken: true });
      },
      displaced: () => {},
    }, 1);
    let ask = () => Promise.resolve(true);
    const { line, closed, skip } = lineTo(router, () => ask());
    using _line = line;
    await line.receive("A0 01 01 A2");
    deepEqual([asked, closed], [[0, 4], []]);
    ask = mayGoOn;
    skip(STAFF.recheckedMs);
    await line.receive("A0 01 01 A2");
    deepEqual([asked, closed], [[0, 4], [[1008, "you may not use this line any more"]]]);
    await until(() => closed.length > 1, { saw: () => closed });
  }
});

Deno.test("RawLine asks once for messages that come together, and passes them on in their order", async () => {
  const router = new FaultyRouter();
  const passed: number[] = [];
  router.claim("cab", {
    handle: (request) => {
      if (request.type === "raw") passed.push(...request.bytes);
      return Promise.resolve({ type: "raw", taken: true });
    },
    displaced: () => {},
  }, 1);
  const answers: ((may: boolean) => void)[] = [];
  const { line, skip } = lineTo(router, () => new Promise((resolve) => answers.push(resolve)));
  using _line = line;
  const first = ["01", "02", "03"].map((hex) => line.receive(hex));
  deepEqual([answers.length, passed], [1, []]);
  answers[0]?.(true);
  await Promise.all([...first, line.receive("04")]);
  skip(STAFF.recheckedMs - 1);
  await line.receive("05");
  deepEqual([answers.length, passed], [1, [1, 2, 3, 4, 5]]);
  skip(1);
  const last = line.receive("06");
  deepEqual([answers.length, passed.length], [2, 5]);
  answers[1]?.(true);
  await last;
  deepEqual(passed.at(-1), 6);
});

import { deepEqual, equal, throws } from "node:assert/strict";
import { asked, heard, hex, toHex } from "../../../testing/rigs/simulator.ts";
import { type BoardName, BOARDS, characters, VirtualBus, type VirtualBusOptions } from "../mod.ts";

/** Requests of one family, as they are documented. */
interface Sample {
  /** Opens lock 1 of the first board. */
  readonly open: string;
  /** A lock that the board does not have. */
  readonly openMissing: string;
  /** A board that is not on the bus. */
  readonly openElsewhere?: string;
  /** A request with an answer, and the answer while all doors are closed. */
  readonly read?: readonly [request: string, reply: string];
  /** @default the usual number */
  readonly locks?: number;
}

const SAMPLES: Readonly<Record<BoardName, Sample>> = {
  "8a": {
    open: "8A 01 01 11 9B",
    openMissing: "8A 01 19 11 83",
    openElsewhere: "8A 02 01 11 98",
    read: ["80 01 01 33 B3", "80 01 01 11 91"],
  },
  "kerong-cu16": {
    open: "02 00 31 03 36",
    openMissing: "02 0F 31 03 45",
    openElsewhere: "02 10 31 03 46",
    read: ["02 00 30 03 35", "02 00 35 FF 0F 00 00 03 48"],
    locks: 12,
  },
  "kerong-cu48": {
    open: "02 00 00 61 03 66",
    openMissing: "02 00 2F 61 03 95",
    openElsewhere: "02 01 00 61 03 67",
    read: ["02 00 30 60 03 95", "02 00 30 75 FF FF FF FF FF 0F 00 00 00 00 00 00 03 B4"],
    locks: 44,
  },
  "wkly": {
    open: "57 4B 4C 59 09 00 82 01 83",
    openMissing: "57 4B 4C 59 09 00 82 19 9B",
    openElsewhere: "57 4B 4C 59 09 01 82 01 82",
    read: ["57 4B 4C 59 09 00 83 01 82", "57 4B 4C 59 0B 00 83 00 01 01 81"],
  },
  "dc": {
    open: "DC 02 01 10 01 01 13",
    openMissing: "DC 02 01 10 01 11 23",
    openElsewhere: "DC 02 02 10 01 01 14",
    read: ["DC 02 01 12 00 13", "DC FE 01 12 02 00 00 15"],
  },
  "modbus": {
    open: "01 05 02 00 00 07 8D B0",
    openMissing: "01 05 02 08 00 07 0C 72",
    openElsewhere: "02 05 02 00 00 07 8D 83",
    read: ["01 02 00 00 00 08 79 CC", "01 02 01 FF E1 C8"],
  },
  "lcus": { open: "A0 01 01 A2", openMissing: "A0 09 01 AA" },
};

/** Runs for every family, without permissions. */
function each(name: string, run: (sample: Sample, make: Make, board: BoardName) => void): void {
  for (const [board, sample] of Object.entries(SAMPLES) as [BoardName, Sample][]) {
    test(board, name, (make) => run(sample, make, board));
  }
}

/** Runs for every family whose boards send anything. */
function eachAnswering(name: string, run: (sample: Answering, make: Make, board: BoardName) => void): void {
  for (const [board, sample] of Object.entries(SAMPLES) as [BoardName, Sample][]) {
    if (sample.read === undefined) continue;
    const [request, reply] = sample.read;
    test(board, name, (make) => run({ ...sample, request, reply }, make, board));
  }
}

function test(board: BoardName, name: string, run: (make: Make) => void): void {
  const { locks = BOARDS[board].locks } = SAMPLES[board];
  const make: Make = (options) => new VirtualBus({ board, locks, replyMs: 200, ...options });
  Deno.test(`VirtualBus of ${board} ${name}`, { permissions: "none" }, () => run(make));
}

interface Answering extends Sample {
  readonly request: string;
  readonly reply: string;
}

type Make = (options?: VirtualBusOptions) => VirtualBus;

function firstCell(board: BoardName): { board: number; lock: number } {
  return { board: BOARDS[board].boardFirst, lock: 1 };
}

/** The request with a wrong checksum. */
function spoilt(request: string): string {
  const bytes = hex(request);
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 0x01;
  return toHex(bytes);
}

each("opens the first lock when asked, in one piece or byte by byte", ({ open }, make, board) => {
  const whole = make();
  asked(whole, open);
  const cut = make();
  for (const byte of hex(open)) cut.receive(Uint8Array.of(byte), 0);
  cut.poll(10_000);
  for (const bus of [whole, cut]) {
    deepEqual(bus.pulses.map(({ board, lock }) => ({ board, lock })), [firstCell(board)]);
    equal(bus.door(firstCell(board)), "open");
    equal(bus.garbageBytes, 0);
  }
});

eachAnswering("answers a reading when asked, in one piece or byte by byte", ({ request, reply }, make) => {
  deepEqual(asked(make(), request), [reply]);
  const cut = make();
  for (const byte of hex(request)) cut.receive(Uint8Array.of(byte), 0);
  deepEqual(heard(cut, 10_000), [reply]);
});

each("finds the request again when garbage comes before it", ({ open }, make) => {
  const half = open.slice(0, Math.floor(hex(open).length / 2) * 3 - 1);
  for (const garbage of ["00", "FF FF FF FF", open.slice(0, 2), half, `${half} ${half}`, spoilt(open)]) {
    const bus = make();
    asked(bus, `${garbage} ${open}`);
    equal(bus.pulses.length, 1, garbage);
    equal(bus.garbageBytes, hex(garbage).length, garbage);
  }
});

each("does nothing when the checksum is wrong, the board elsewhere or the lock missing", (sample, make) => {
  const bus = make();
  const requests = [spoilt(sample.open), sample.openMissing, sample.openElsewhere ?? ""];
  for (const request of requests) asked(bus, request);
  deepEqual(bus.pulses, []);
});

each("fires and stays shut when the lock is jammed", ({ open }, make, board) => {
  const bus = make({ jammed: [{ lock: 1 }] });
  asked(bus, open);
  equal(bus.pulseCount(firstCell(board)), 1);
  equal(bus.door(firstCell(board)), "closed");
});

each("neither obeys nor answers when the board is silent", ({ open, read }, make, board) => {
  const bus = make({ silent: ["last"] });
  for (const request of [open, read?.[0] ?? open]) deepEqual(asked(bus, request), []);
  deepEqual(bus.pulses, []);
  bus.revive(firstCell(board).board);
  asked(bus, open);
  equal(bus.pulses.length, 1);
});

eachAnswering("opens and its reply is lost when all frames get lost", ({ open, request }, make) => {
  const bus = make({ frameLoss: "openings" });
  deepEqual(asked(bus, open), []);
  equal(asked(bus, request).length, 1);
  bus.loseFrames("everything");
  deepEqual(asked(bus, request), []);
  equal(bus.pulses.length, 1);
});

eachAnswering("does not obey when a reply is pending", ({ open, request, reply }, make) => {
  const bus = make();
  bus.receive(hex(`${request} ${open}`), 0);
  bus.receive(hex(open), 199);
  deepEqual(heard(bus, 10_000), [reply]);
  equal(bus.collisions, 2);
  deepEqual(bus.pulses, []);
  asked(bus, open, 20_000);
  equal(bus.pulses.length, 1);
});

eachAnswering("inverts a reading in the other wiring", (sample, make, board) => {
  const { wiring, locks } = BOARDS[board];
  const bus = make({ wiring: wiring === "short-when-open" ? "short-when-locked" : "short-when-open" });
  for (let lock = 1; lock <= (sample.locks ?? locks); lock++) bus.force({ ...firstCell(board), lock }, 0);
  deepEqual(asked(bus, sample.request), [sample.reply]);
});

each("resynchronises after noise", ({ open }, make) => {
  const bus = make();
  let noise = 1;
  for (let round = 0; round < 50; round++) {
    const bytes = Uint8Array.from({ length: 40 }, () => (noise = noise * 48_271 % 2_147_483_647) >> 8);
    bus.receive(bytes, round);
  }
  const before = bus.pulses.length;
  asked(bus, open, 100_000);
  equal(bus.pulses.length, before + 1);
});

each("connects with every character that its boards can have", ({ open }, _make, board) => {
  for (const character of Object.values(characters)) {
    const options: VirtualBusOptions = { ...character, board };
    if ((options.boards ?? 1) > BOARDS[board].boardsMax) continue;
    const bus = new VirtualBus(options);
    asked(bus, open);
    equal(bus.pulseCount(firstCell(board)), 1);
  }
});

Deno.test("VirtualBus refuses options that boards of the family do not have", { permissions: "none" }, () => {
  throws(
    () => new VirtualBus({ board: "dc", holdReply: "echo" }),
    /Cannot simulate dc boards with holdReply/,
  );
  throws(() => new VirtualBus({ board: "kerong-cu16", lengthByte: true }), /with lengthByte/);
  throws(
    () => new VirtualBus({ board: "kerong-cu48", openReply: "normal" }),
    /by "normal": .* by none,garbled/,
  );
  throws(() => new VirtualBus({ board: "lcus", boards: 2 }), /Cannot put 2 boards on a bus/);
  throws(() => new VirtualBus({ board: "dc", boards: 16 }), RangeError);
  throws(() => new VirtualBus({ board: "kerong-cu16", locks: 17 }), RangeError);
  throws(() => new VirtualBus({ board: "toString" as BoardName }), /Cannot simulate boards called toString/);
});

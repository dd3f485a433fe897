/**
 * DTUs like those with iRTU firmware, which send a heartbeat only when their wait for a received byte runs out, so that
 * each byte of ours puts it off.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { families } from "../../src/boards/mod.ts";
import { type BoardName, simulateCabinet } from "../../src/simulator/mod.ts";
import { putCabinet, untilOnline } from "../../testing/api.ts";
import { tempFolder } from "../../testing/folders.ts";
import { guestCookie, Page } from "../../testing/page.ts";
import { Program } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { Cabinet, type CabinetOptions } from "../../testing/boards/cabinet.ts";
import { chance } from "../../testing/chance.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** The longest that a dead line goes unnoticed where the interval is not known, without taps, in milliseconds. */
const UNKNOWN_GONE_MS = 210_000;

/** How often the DTU sends heartbeats, and whether that interval was entered. */
const INTERVALS: readonly { everyMs: number; isEntered: boolean }[] = [
  { everyMs: 20_000, isEntered: false },
  { everyMs: 50_000, isEntered: false },
  { everyMs: 120_000, isEntered: false },
  ...[1_000, 30_000, 50_000, 60_000, 120_000, 300_000].map((everyMs) => ({ everyMs, isEntered: true })),
];

/** Families of boards that cannot be read, or are off, and boards that are on. */
const BOARDS: Record<string, CabinetOptions> = {
  "lcus": { board: "lcus" },
  ...Object.fromEntries(
    families().flatMap(({ name, readAll }) =>
      readAll
        ? [
          [name, { board: name as BoardName }],
          [`${name} that is off`, { board: name as BoardName, silent: [1, 0] }],
        ]
        : []
    ),
  ),
};

/** A cabinet with such a DTU. Its heartbeat is entered or not, as the boards may send similar bytes. */
function dtu(
  options: CabinetOptions,
  { everyMs, isEntered }: { everyMs: number; isEntered: boolean },
): Cabinet {
  const heartbeat = Uint8Array.of(0x00);
  const described = isEntered ? { heartbeat, heartbeatMs: everyMs } : {};
  return new Cabinet({ ...options, heartbeatAfterMs: everyMs, described });
}

for (const [boards, options] of Object.entries(BOARDS)) {
  for (const interval of INTERVALS) {
    const { everyMs, isEntered } = interval;
    const name = `${boards}: a DTU that beats ${everyMs / 1_000} s after the last byte, ${
      isEntered ? "as entered" : "which was not entered"
    },`;
    Deno.test({
      name: `${name} is never hung up on, and each tap goes out`,
      permissions: "none",
      fn() {
        for (const tapEveryMs of [Infinity, 17_000, 47_000, 7 * MINUTE_MS]) {
          const cabinet = dtu(options, interval);
          const end = cabinet.now + 3 * HOUR_MS;
          while (cabinet.now < end) {
            cabinet.pass(Math.min(tapEveryMs, HOUR_MS));
            equal(cabinet.hungUpAt, undefined, `taps each ${tapEveryMs / 1_000} s`);
            if (tapEveryMs < Infinity) cabinet.tap(1);
          }
          for (const { state } of cabinet.ended.values()) ok(state !== "refused");
        }
      },
    });

    Deno.test({
      name: `${name} is hung up on soon when its line is dead`,
      permissions: "none",
      fn() {
        for (const livedMs of [0, 10_000, 61_000, HOUR_MS, HOUR_MS + 44_000]) {
          const cabinet = dtu(options, interval);
          cabinet.pass(livedMs);
          cabinet.isCut = true;
          cabinet.pass(HOUR_MS);
          const tookMs = (cabinet.hungUpAt ?? Infinity) - livedMs - 20_000;
          const most = isEntered ? 2.5 * everyMs + 1_000 : UNKNOWN_GONE_MS;
          ok(tookMs <= most, `${tookMs} ms after ${livedMs}`);
        }
      },
    });
  }
}

Deno.test("a cabinet whose heartbeats are put off by taps stays online, and each tap goes out", async () => {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await tempFolder());
  const program = stack.use(await Program.start(folder.path));
  const heartbeat = { hex: "FE", intervalSeconds: 1 };
  await putCabinet(program, "relays", { board: "lcus", cells: { count: 8 }, heartbeat });
  const cabinet = stack.use(simulateCabinet({
    random: chance("cabinet"),
    hostname: "127.0.0.1",
    port: program.devicePort,
    registration: new TextEncoder().encode("REG-relays"),
    board: "lcus",
    heartbeat: Uint8Array.of(0xfe),
    heartbeatMs: 1_000,
    heartbeatAwaitsSilence: true,
  }));
  await untilOnline(program, "relays");
  const page = stack.use(await Page.open(program, "relays", await guestCookie(program, "relays")));
  const states: string[] = [];
  // A tap sends twice, half a second apart, so that the DTU is never idle for a second.
  for (let tap = 0; tap < 10; tap++) states.push((await page.outcome(page.tap(1 + tap % 8)))["state"]);
  deepEqual(states, states.map(() => "accepted"));
  equal(page.messages.some(({ online }) => online === false), false);
  cabinet.freeze();
  await page.until(({ online }) => online === false);
  await until(() => program.err.some((line) => line.includes("silent")), { saw: () => program.err });
});

/**
 * The program is killed at random moments while people tap, store, share and take.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import { Crowd } from "../../testing/crowd.ts";
import { testOnEach } from "../../testing/servers/databases.ts";
import { Program } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { SIZE } from "../sizes.ts";
import { sized } from "../../testing/test_run.ts";
import { chance } from "../../testing/chance.ts";

/**
 * How many taps the program answers each time, from none to so many that codes are used; by taps and not by time,
 * so that slow machines get as far. And how much later it is killed, so that no moment is special.
 */
const ANSWERS_MAX = 120;
const LATER_MS_MAX = 50;
const LIFE_MS_MAX = 60_000;
/** Longer than a command of a program that died waits in Postgres, where another might be running it. */
const LEFT_MS = 60_000;

testOnEach(
  sized(
    `${SIZE.kills} times kill -9 at random moments under load: what was told is there, nothing moved unasked`,
  ),
  async (
    { place, env, query },
    stack,
  ) => {
    const random = chance("kills");
    const first = await Program.start(place.folder, env);
    const ports = { PORT: `${first.httpPort}`, DEVICE_PORT: `${first.devicePort}` };
    const crowd = stack.use(await Crowd.of(first, { each: 8, people: 16 }));
    let program = first;
    stack.defer(() => program[Symbol.asyncDispose]());
    for (let life = 0; life < SIZE.kills; life++) {
      const lived = crowd.live(program);
      // Of few lives, too, one is short and one is long.
      const enough = crowd.told.commands.size + (life + random()) / SIZE.kills * ANSWERS_MAX;
      await until(() => crowd.told.commands.size >= enough, { deadlineMs: LIFE_MS_MAX });
      await new Promise((resolve) => setTimeout(resolve, random() * LATER_MS_MAX));
      await program.end("SIGKILL");
      await lived;
      program = await Program.start(place.folder, { ...env, ...ports });
    }
    await until(async () => (await query(UNFINISHED)).length === 0, {
      deadlineMs: LEFT_MS,
      saw: () => "unfinished",
    });
    await program.end("SIGTERM");
    ok(crowd.told.commands.size > 10 * SIZE.kills, `${crowd.told.commands.size} taps were answered`);
    ok(crowd.told.pickups.size > SIZE.kills / 10, `${crowd.told.pickups.size} codes were used`);
    await crowd.audit(query);
  },
);

const UNFINISHED = "select id from commands where state in ('requested', 'sent')";

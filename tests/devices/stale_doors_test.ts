/**
 * Two programs, and a cabinet whose line dies without notice: a reading of its doors from before a command
 * must not settle that command.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { testOnPostgres } from "../../testing/servers/databases.ts";
import { api, putCabinet } from "../../testing/api.ts";
import { Device } from "../../testing/device.ts";
import { tempFolder } from "../../testing/folders.ts";
import { guestCookie, Page } from "../../testing/page.ts";
import { Program } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { NatsServer } from "../../testing/servers/nats.ts";
import { SeverableLine } from "../../testing/network/severable.ts";
import { SIZE } from "../sizes.ts";

/** How long a program stands still: longer than the other one waits for it. */
const FROZEN_MS = 7_000;
/** After that everything that a program had missed was asked and answered. */
const SETTLED_MS = 8_000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

testOnPostgres(
  "an open is not called opened by an earlier reading when the program that has the line stood still",
  async ({ env, place }, stack) => {
    const nats = stack.use(await NatsServer.start());
    const own = { ...env, NATS_URL: nats.url, ISOLATES: "1" };
    const near = stack.use(await Program.start(place.folder, own));
    const far = stack.use(await Program.start(stack.use(await tempFolder()).path, own));
    await putCabinet(near, "cab", { mode: "open" });
    const cookie = await guestCookie(near, "cab");
    const page = stack.use(await Page.open(near, "cab", cookie));

    for (let round = 0; round < SIZE.staleDoors; round++) {
      await using line = new SeverableLine({ hostname: "127.0.0.1", port: far.devicePort });
      await using device = await Device.connect({ devicePort: line.port }, "REG-cab");
      device.open.add(7);
      await until(async () => (await api(near, "GET", "/cabinets/cab")).body.cells[6].door === "open");
      line.cut();
      // A person shuts the door, and the service is not told.
      device.open.delete(7);
      const id = page.tap(7);
      await page.until(({ type, id: of, state }) => type === "command" && of === id && state === "sent");
      far.process.kill("SIGSTOP");
      await pause(FROZEN_MS);
      far.process.kill("SIGCONT");
      equal((await page.outcome(id))["state"], "unconfirmed");
      await pause(SETTLED_MS);
      deepEqual((await api(near, "GET", `/commands/${id}`)).body.state, "unconfirmed");
      equal(page.messages.some((message) => message["id"] === id && message["state"] === "opened"), false);
      equal(device.opens.length, 0, "the pulse is still in the line");
    }
  },
);

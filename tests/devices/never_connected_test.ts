/**
 * A cabinet that was described and whose device never comes, on the running program.
 *
 * @module
 */
import { deepEqual } from "node:assert/strict";
import { testOnEach } from "../../testing/servers/databases.ts";
import { api, putCabinet } from "../../testing/api.ts";
import { Device } from "../../testing/device.ts";
import { Program } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";

testOnEach("a cabinet that never connects is an alarm until it does", async ({ place, env }, stack) => {
  const program = stack.use(await Program.start(place.folder, env));
  const alarms = async (query: string) =>
    (await api(program, "GET", `/alarms?cabinet=new${query}`)).body.items.map(({ kind }: { kind: string }) =>
      kind
    );
  await putCabinet(program, "new", { mode: "open", offlineSeconds: 1 });
  await until(async () => (await alarms("&active=true")).includes("never-connected"));
  stack.use(await Device.connect(program, "REG-new"));
  await until(async () => (await alarms("&active=true")).length === 0);
  deepEqual(await alarms(""), ["never-connected"]);
});

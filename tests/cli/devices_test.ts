import { deepEqual, equal, match } from "node:assert/strict";
import { kaigui, TestIo, testService, until } from "../../testing/rigs/cli.ts";

Deno.test("devices lists what is no cabinet, and --device makes a cabinet of it", async () => {
  await using test = await testService();
  const run = async (args: string[]) => await kaigui(args, new TestIo(test.env));
  const json = async (args: string[]) => JSON.parse((await run([...args, "--json"])).out);
  equal((await run(["devices"])).out, "No unknown device has connected");
  for (const said of ["DTU-4711", "DTU-4712", "IMEI866714045455129"]) {
    using conn = await Deno.connect({ hostname: "127.0.0.1", port: test.service.device.port });
    await conn.write(new TextEncoder().encode(said));
  }
  const devices = await until(async () => {
    const items: { id: string; registration: { text: string } }[] = await json(["devices"]);
    return items.length === 3 && items;
  });
  const idOf = (said: string) => devices.find(({ registration }) => registration.text === said)?.id ?? "";
  match((await run(["devices"])).out, /^\d.* +1 +127\.0\.0\.1 +no-cabinet +DTU-4711 +\S{36}$/m);
  const alone = ["devices", "--registration"];
  equal((await json([...alone, "DTU-4710"])).length, 0);
  equal((await json([...alone, "DTU-4711"])).length, 1);

  const described = ["--name", "A", "--mode", "open", "--board", "8a", "--cells", "2"];
  const strange = await run(["cabinet", "add", "a", ...described, "--device", crypto.randomUUID()]);
  match(strange.err, /^error: There is no unknown device \S+: see deno task kaigui devices$/);
  equal((await run(["cabinet", "add", "a", ...described, "--device", idOf("DTU-4711")])).code, 0);
  const registration = async () => (await json(["cabinet", "show", "a"])).registration;
  deepEqual(await registration(), { text: "DTU-4711" });
  const changed = await run(["cabinet", "set", "a", "--device", idOf("DTU-4712")]);
  equal(changed.out, "changed a: registration");
  deepEqual(await registration(), { text: "DTU-4712" });
  const part = ["--device", idOf("IMEI866714045455129"), "--registration-anywhere"];
  equal((await run(["cabinet", "set", "a", ...part])).code, 0);
  deepEqual(await registration(), { text: "IMEI866714045455129", anywhere: true });
});

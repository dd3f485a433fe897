import { deepEqual, equal, match } from "node:assert/strict";
import { kaigui, TestIo, testService, until } from "../../testing/rigs/cli.ts";

Deno.test("devices lists what is not a cabinet, and --device makes a cabinet of it", async () => {
  await using test = await testService();
  const run = async (args: string[]) => await kaigui(args, new TestIo(test.env));
  const json = async (args: string[]) => JSON.parse((await run([...args, "--json"])).out);
  equal((await run(["devices"])).out, "No unknown device has connected");
  for (const said of ["DTU-4711", "DTU-4712", "DTU-4713", "IMEI866714045455129"]) {
    using conn = await Deno.connect({ hostname: "127.0.0.1", port: test.service.device.port });
    await conn.write(new TextEncoder().encode(said));
  }
  const devices = await until(async () => {
    const items: { id: string; registration: { text: string } }[] = await json(["devices"]);
    return items.length === 4 && items;
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
  equal((await run(["cabinet", "set", "a", "--device", idOf("DTU-4713")])).code, 0);
  deepEqual(await registration(), { text: "DTU-4713" });

  const made = await run(["token", "create", "--name", "fitter", "--role", "installer", "--tag", "gym"]);
  const fitter = new TestIo({ ...test.env, OPERATOR_TOKEN: made.out });
  const gym = ["cabinet", "add", "b", ...described, "--tag", "gym"];
  const unseen = await kaigui([...gym, "--device", idOf("DTU-4711")], fitter);
  equal(
    unseen.err,
    "error: You find a device here only by its whole registration: say --registration or --registration-hex instead of --device",
  );
  equal((await kaigui([...gym, "--registration", "DTU-4711"], fitter)).code, 0);
  match(
    (await kaigui(["devices"], new TestIo({ ...test.env, OPERATOR_TOKEN: made.out }))).err,
    /^error: You find a device here only by its whole registration: say the whole --registration/,
  );
});

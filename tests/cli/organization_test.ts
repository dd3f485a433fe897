import { deepEqual, equal, match } from "node:assert/strict";
import { kaigui, TestIo, testService } from "../../testing/rigs/cli.ts";

Deno.test("organization change changes what it says, and organization show shows it", async () => {
  await using test = await testService();
  const run = (...args: string[]) => kaigui(["organization", ...args], new TestIo(test.env));
  match((await run("show")).out, /^id +main\nname +none yet\n/);
  const contact = ["--contact-telephone", "400 123 4567", "--contact-text", "物业前台"];
  const changed = await run("change", "--name", "开柜", ...contact, "--second-factor", "owner", "manager");
  match(changed.out, /^name +开柜$/m);
  match(changed.out, /^contact +400 123 4567, 物业前台$/m);
  match(changed.out, /^second factor +owner, manager$/m);
  const { out } = await run(
    "change",
    "--no-contact",
    "--no-second-factor",
    "--language",
    "en",
    "--reason",
    "moved",
  );
  equal(out, (await run("show")).out);
  match(out, /^name +开柜\nlanguage +en$/m);
  match(out, /^contact +none\nsecond factor +no role needs one$/m);
  equal(JSON.parse((await run("show", "--json")).out).contact, null);
  match((await run("change", "--time-zone", "Mars/X")).err, /^error: timeZone: /);
});

Deno.test("--organization names the organization of every command, and says where there is none", async () => {
  await using test = await testService();
  const run = (line: string, env = {}) => kaigui(line.split(" "), new TestIo({ ...test.env, ...env }));
  const made = await run("organization create acme --name Acme --time-zone Europe/Berlin");
  match(made.out, /^id +acme\nname +Acme\nlanguage +zh\ntime zone +Europe\/Berlin$/m);
  match(made.err, /staff invite --role owner --organization acme$/);
  match((await run("organization list")).out, /^ID [^\n]*\nmain [^\n]*\nacme +Acme [^\n]*$/);
  match((await run("organization create acme --name Again")).err, /^error: .*acme/);

  const add = "cabinet add a --name A --board 8a --mode open --registration IMEI860000000000001-q7Zk";
  equal((await run(`${add} --cells 1 --organization acme`)).code, 0);
  match((await run("cabinet list --organization acme")).out, /\na +A /);
  match((await run("cabinet list", { KAIGUI_ORGANIZATION: "acme" })).out, /\na +A /);
  equal((await run("cabinet list")).out, "There is no cabinet yet: deno task kaigui cabinet add --help");
  equal((await run("cabinet show a")).err, "error: There is no cabinet a");
  for (
    const line of ["cabinet list", "cabinet show a", "cabinet remove a --yes", "staff list", "token list"]
  ) {
    const { code, err } = await run(`${line} --organization none`);
    deepEqual([code, err], [1, "error: There is no organization none"], line);
  }
});

import { deepEqual, equal, match } from "node:assert/strict";
import { kaigui, TestIo, testService } from "../../testing/rigs/cli.ts";

Deno.test("cabinet set changes what it says, and with --if-match only the cabinet that was seen", async () => {
  await using test = await testService();
  const run = async (line: string, input = "") => {
    const io = new TestIo(test.env);
    io.input = input;
    return await kaigui(line.split(" "), io);
  };
  const shown = async () => JSON.parse((await run("cabinet show a --json")).out);
  const registered = "--registration-hex 0102 --heartbeat FE --heartbeat-echo";
  const made = await run(`cabinet add a --name A --mode storage --board 8a --cells 2 --tag x ${registered}`);
  equal(made.code, 0, made.err);
  const [, etag = ""] = /^etag +(\S+)$/m.exec((await run("cabinet show a")).out) ?? [];

  equal((await run("cabinet set a --heartbeat-seconds 30 --rentals-per-guest any")).code, 0);
  const { heartbeat, registration, tags, rules, cells } = await shown();
  deepEqual([heartbeat, registration, tags], [
    { text: "FE", echo: true, intervalSeconds: 30 },
    { hex: "0102" },
    ["x"],
  ]);
  deepEqual([rules.rentalsPerGuest, cells.length], [null, 2]);

  const stale = await run(`cabinet set a --name B --if-match ${etag}`);
  deepEqual([stale.code, stale.out], [1, ""]);
  match(stale.err, /^error: .*If-Match/);
  const [, now = ""] = /^etag +(\S+)$/m.exec((await run("cabinet show a")).out) ?? [];
  equal((await run(`cabinet set a --name B --if-match ${now}`)).out, "changed a: name");
  equal((await run("cabinet set a --name A --if-match *")).code, 0);
  const [, then = ""] = /^etag +(\S+)$/m.exec((await run("cabinet show a")).out) ?? [];
  match((await run(`cabinet set a --name B --if-match W/"${then}"`)).err, /If-Match/);
  equal((await run(`cabinet set a --name B --if-match "x","${then}"`)).code, 0);

  const patch = '{ "rules": { "rentalMinutes": 120, "rentalsPerGuest": 2 }, "heartbeat": null, "tags": [] }';
  equal((await run("cabinet set a --file -", patch)).out, "changed a: rules, heartbeat, tags");
  const after = await shown();
  deepEqual([after.name, after.heartbeat, after.tags, after.rules.rentalMinutes], ["B", null, [], 120]);
  const back = await run("cabinet set a --file -", JSON.stringify(after));
  equal(back.code, 0, back.err);
  deepEqual({ ...await shown(), etag: after.etag }, after, "what cabinet show says may be sent back");
  match((await run("cabinet set a --file -", '{ "colour": "red" }')).err, /^error: .*colour/);
  match((await run("cabinet set a --file - --name C", patch)).err, /leave out --name/);
  equal((await run("cabinet set a --file -", "{}")).code, 2);
  match((await run("cabinet set nowhere --name C")).err, /no cabinet nowhere/);
});

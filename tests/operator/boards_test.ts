/**
 * What the operator says of a cabinet's boards and device, on the running program: what is kept, what is told, what is
 * refused, and that a device is hung up on where it would go by something else.
 *
 * @module
 */
import { deepEqual, doesNotMatch, equal } from "node:assert/strict";
import type { CabinetTable } from "../../src/db/mod.ts";
import { ControllerSecrets } from "../../src/locker/mod.ts";
import { testOnEach } from "../../testing/servers/databases.ts";
import { api, untilOnline } from "../../testing/api.ts";
import { Device } from "../../testing/device.ts";
import { Program } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { isProblem, operated } from "../../testing/operator_rig.ts";

const SECRET = "k4Qz-0123456789-z4Qk";

testOnEach("what is said of a cabinet's device comes back as it was said", async (database, stack) => {
  const { put, get } = await operated(database, stack);
  const said = {
    heartbeat: { hex: "FE", echo: true, intervalSeconds: 0.5 },
    wiring: "none",
    addresses: ["10.1.2.3", "10.0.0.0/8", "2001:db8::/32"],
    leftOpenSeconds: null,
    offlineSeconds: 604_800,
  };
  const body = { name: "Hall", board: "8a", mode: "open", cells: { count: 2 } };
  const usual = await put("/cabinets/hall", body);
  const { addresses, leftOpenSeconds, offlineSeconds, wiring } = usual.body;
  deepEqual({ addresses, leftOpenSeconds, offlineSeconds, wiring }, {
    addresses: null,
    leftOpenSeconds: 300,
    offlineSeconds: 60,
    wiring: "short-when-locked",
  });
  equal("hasSecret" in usual.body, false);
  const changed = await put("/cabinets/hall", { ...body, ...said });
  deepEqual([changed.status, changed.body], [200, { ...usual.body, ...said }]);
  const again = await put("/cabinets/hall", (await get("/cabinets/hall")).body);
  deepEqual([again.status, again.body], [200, changed.body]);
});

testOnEach(
  "a device is hung up on where it would go by something else, and only there",
  async (database, stack) => {
    const { program, device, put, get } = await operated(database, stack);
    const { body } = await get("/cabinets/cab");
    const since = body.connectedAt;
    await put("/cabinets/cab", { ...body, name: "Hall", leftOpenSeconds: 10, offlineSeconds: null });
    equal((await get("/cabinets/cab")).body.connectedAt, since);

    await put("/cabinets/cab", { ...body, addresses: ["127.0.0.0/8"] });
    await device.ended;
    for (const change of [{ wiring: "none" }, { heartbeat: { hex: "FE", intervalSeconds: 30 } }]) {
      const next = stack.use(await Device.connect(program, "REG-cab"));
      await untilOnline(program, "cab");
      equal((await put("/cabinets/cab", { ...body, ...change })).status, 200);
      await next.ended;
    }
  },
);

testOnEach(
  "a controller's secret is taken, kept sealed and changed, and nobody is told it",
  async (database, stack) => {
    const { program, put, get } = await operated(database, stack);
    const sessionSecret = database.env["SESSION_SECRET"] ??
      (await Deno.readTextFile(`${database.place.folder}/session.secret`)).trim();
    const secret = async () => {
      const [row] = await database.query<CabinetTable>("select * from cabinets where id = 'smart'");
      equal(row?.secret, null);
      return row && await new ControllerSecrets(sessionSecret).of(row);
    };
    const body = { name: "Smart", board: "kaigui", mode: "open", cells: { count: 256 } };
    isProblem(await put("/cabinets/smart", body), 422, /smart: it has no secret yet/);
    equal((await get("/cabinets/smart")).status, 404);

    const made = await put("/cabinets/smart", { ...body, secret: SECRET });
    deepEqual([made.status, made.body.hasSecret, made.body.cells.length], [201, true, 256]);
    deepEqual([made.body.registration, made.body.cells[255].channel], [null, 256]);
    const seen = [made, await get("/cabinets/smart"), await get("/cabinets"), await get("/acts")];
    const again = await put("/cabinets/smart", seen[1]?.body);
    deepEqual([again.status, again.body, await secret()], [200, made.body, SECRET]);

    const short = await put("/cabinets/smart", { ...body, secret: SECRET.slice(0, 15) });
    isProblem(short, 422, /^secret: 16 to 128 printable ASCII characters/);
    const misplaced = await put("/cabinets/hall", {
      name: "Hall",
      board: "8a",
      mode: "open",
      secret: SECRET,
    });
    isProblem(misplaced, 422, /^secret: only kaigui cabinets have one/);
    const other = await put("/cabinets/smart", { ...body, secret: SECRET.toUpperCase() });
    deepEqual([other.status, await secret()], [200, SECRET.toUpperCase()]);
    const told = JSON.stringify([...seen, again, short, misplaced, other, program.out, program.err]);
    doesNotMatch(told, new RegExp(SECRET.slice(0, 15), "i"));
    for await (const { name } of Deno.readDir(database.place.folder)) {
      const bytes = new TextDecoder("latin1").decode(await Deno.readFile(`${database.place.folder}/${name}`));
      equal(bytes.includes(SECRET) || bytes.includes(SECRET.toUpperCase()), false, name);
    }
  },
);

testOnEach(
  "a changed SESSION_SECRET is told at the start, and a controller given a new secret",
  async (on, stack) => {
    const first = await operated(on, stack);
    const body = { name: "Smart", board: "kaigui", mode: "open", cells: { count: 8 } };
    equal((await first.put("/cabinets/smart", { ...body, secret: SECRET })).status, 201);
    await first.program.end("SIGTERM");
    const env = { ...on.env, SESSION_SECRET: "another-secret-of-the-tests" };
    const program = stack.use(await Program.start(on.place.folder, env));
    const said = "Cannot read the secret of cabinet smart: it was sealed with another SESSION_SECRET";
    await until(() => program.err.some((line) => line.includes(said)), { saw: () => program.err });
    const put = (more: Record<string, unknown>) =>
      api(program, "PUT", "/cabinets/smart", { body: { ...body, ...more } });
    isProblem(
      await put({ name: "Hall" }),
      422,
      /smart: its secret was sealed with another SESSION_SECRET, so it needs/,
    );
    equal((await api(program, "GET", "/cabinets/smart")).body.hasSecret, true);
    equal((await put({ secret: SECRET })).status, 200);
    equal((await put({ name: "Hall" })).status, 200);
  },
);

testOnEach("what does not go together is refused, and what is wrong is named", async (database, stack) => {
  const { put, get } = await operated(database, stack);
  const smart = { board: "kaigui", secret: SECRET };
  const wrong: [Record<string, unknown>, RegExp][] = [
    [{ board: "9b" }, /^board: .*8a.*kaigui.*raw/],
    [{ board: "8a", addresses: ["10.0.0.0/8", "office"] }, /^addresses\.1: "office" is not an address/],
    [{ board: "8a", heartbeat: { hex: "FE", intervalSeconds: 7_200 } }, /^heartbeat\.intervalSeconds: /],
    [{ board: "8a", leftOpenSeconds: 0 }, /^leftOpenSeconds: /],
    [{ ...smart, registration: { text: "IMEI" } }, /^registration: kaigui cabinets have no DTU/],
    [{ ...smart, heartbeat: { hex: "FE" } }, /^heartbeat: kaigui cabinets have no DTU/],
    [{ ...smart, localEcho: true }, /^localEcho: kaigui cabinets have no DTU/],
    [{ ...smart, cells: { count: 257 } }, /^cells\.count: a kaigui cabinet has no more than 256/],
  ];
  for (const [more, detail] of wrong) {
    isProblem(await put("/cabinets/hall", { name: "Hall", mode: "open", ...more }), 422, detail);
  }
  equal((await get("/cabinets/hall")).status, 404);
});

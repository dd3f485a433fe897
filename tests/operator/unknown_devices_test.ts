/**
 * Devices that no cabinet has, on the running program: who is told of them, and how one becomes a cabinet.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { DEVICE } from "../../src/lib/limits.ts";
import { api, untilOnline } from "../../testing/api.ts";
import { Device } from "../../testing/device.ts";
import type { Message } from "../../testing/page.ts";
import { Program, TOKEN } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { testOnEach } from "../../testing/servers/databases.ts";

const IMEI = "IMEI866714045455127-q7Zk";
const CABINET = { name: "Hall", board: "8a", mode: "open", cells: { count: 2 } };

/** Asks the API, with the service's own token where none is given. */
async function ask(
  program: Program,
  path: string,
  { method = "GET", body, token = TOKEN }: { method?: string; body?: unknown; token?: string } = {},
): Promise<{ status: number; body: Message }> {
  const headers = { authorization: `Bearer ${token}` };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(`${program.url}/api/v1${path}`, { method, headers, ...sent });
  return { status: response.status, body: await response.json() };
}

/** A device that says this and leaves. */
async function comes(program: Program, said: string | Uint8Array): Promise<void> {
  await using device = await Device.connect(program, said);
  device.conn.closeWrite();
}

async function listed(program: Program): Promise<Message[]> {
  return (await ask(program, "/devices/unknown")).body["items"];
}

/** The list, when it is as it should be. */
async function untilListed(program: Program, isRight: (items: Message[]) => boolean): Promise<Message[]> {
  let items: Message[] = [];
  const look = async () => isRight(items = await listed(program)) && items;
  return await until(look, { saw: () => items });
}

testOnEach(
  "a registration that no device can have is none's",
  async ({ place, env }, stack) => {
    const program = stack.use(await Program.start(place.folder, env));
    await comes(program, IMEI);
    await untilListed(program, (items) => items.length === 1);
    const long = "x".repeat(DEVICE.registrationBytesMax + 1);
    const { status, body } = await ask(program, `/devices/unknown?registration=${long}`);
    deepEqual([status, body["items"]], [200, []]);
  },
);

testOnEach(
  "an unknown device is listed, and is a cabinet once it is described",
  async ({ place, env }, stack) => {
    const program = stack.use(await Program.start(place.folder, env));
    for (const said of [IMEI, IMEI, `${IMEI}\r\nGET /secret`]) await comes(program, said);
    await comes(program, Uint8Array.of(0x08, 0x66, 0x71, 0x40));
    const items = await untilListed(
      program,
      (items) => items.length === 2 && items.some(({ count }) => count === 3),
    );
    const [bcd, imei] = items.toSorted((a, b) => a["count"] - b["count"]) as [Message, Message];
    const { id, firstAt, lastAt, ...device } = imei;
    deepEqual(device, {
      registration: { text: IMEI },
      hex: new TextEncoder().encode(IMEI).toHex().toUpperCase(),
      why: "no-cabinet",
      transport: "tcp",
      address: "127.0.0.1",
      count: 3,
    });
    match(id, /^[0-9a-f-]{36}$/);
    equal(firstAt <= lastAt, true);
    deepEqual(bcd["registration"], { hex: "08667140" });

    const put = await ask(program, "/cabinets/hall", {
      method: "PUT",
      body: { ...CABINET, registration: imei["registration"] },
    });
    equal(put.status, 201);
    deepEqual((await listed(program)).map(({ hex }) => hex), ["08667140"]);
    stack.use(await Device.connect(program, IMEI));
    await untilOnline(program, "hall");
    equal((await api(program, "GET", "/cabinets/hall")).body.online, true);
  },
);

testOnEach(
  "where there are several organizations the list is for who runs the service, and others find one by its registration",
  async ({ place, env }, stack) => {
    const program = stack.use(await Program.start(place.folder, env));
    await comes(program, IMEI);
    await untilListed(program, (items) => items.length === 1);
    const token = async (more: object) =>
      (await ask(program, "/tokens", { method: "POST", body: { name: "kiosk", role: "installer", ...more } }))
        .body["token"] as string;
    const [all, scoped] = [await token({}), await token({ tags: ["gym"] })];
    const statusOf = async (token: string, query = "") => {
      const { status, body } = await ask(program, `/devices/unknown${query}`, { token });
      return [status, body["code"] ?? body["items"]?.length];
    };
    deepEqual(await statusOf(all), [200, 1]);
    deepEqual(await statusOf(scoped), [422, "registration-wanted"]);
    await ask(program, "/organizations", { method: "POST", body: { id: "other", name: "Other" } });
    deepEqual(await statusOf(all), [422, "registration-wanted"]);
    deepEqual(await statusOf(TOKEN), [200, 1]);
    const hex = new TextEncoder().encode(IMEI).toHex();
    for (
      const [registration, count] of [[IMEI, 1], [hex, 1], [IMEI.slice(0, -1), 0], ["%", 0], [
        hex.slice(2),
        0,
      ]]
    ) {
      const query = `?registration=${encodeURIComponent(String(registration))}`;
      deepEqual(await statusOf(all, query), [200, count], String(registration));
      deepEqual(await statusOf(scoped, query), [200, count], String(registration));
    }
    equal((await statusOf(all, `?registration=${"x".repeat(1_000)}`))[0], 422);
  },
);

testOnEach("made-up registrations neither fill the list beyond its limit nor stay in it for long", async (
  { place, env },
  stack,
) => {
  const program = stack.use(await Program.start(place.folder, env));
  for (let n = 0; n < 150; n++) await comes(program, `made-up-${n}-${crypto.randomUUID()}`);
  const { length } = await untilListed(program, (items) => items.length > 0);
  equal(length <= 100, true);
});

testOnEach("a device is known by a part of its first packet, whatever else is in it", async (
  { place, env },
  stack,
) => {
  const program = stack.use(await Program.start(place.folder, env));
  const put = (id: string, registration: unknown, more: object = {}) =>
    ask(program, `/cabinets/${id}`, { method: "PUT", body: { ...CABINET, ...more, registration } });
  const packet = (csq: number) => `{"csq":${csq},"imei":"866714045455127","ver":"1.9.3"}`;
  await comes(program, packet(24));
  await untilListed(program, (items) => items.length === 1);
  equal((await put("hall", { text: '"ver":"1.9.3"}', anywhere: true })).status, 422);
  equal((await put("hall", { text: "866714045455127", at: 3, anywhere: true })).status, 422);
  const { status, body } = await put("hall", { text: "866714045455127", anywhere: true });
  deepEqual([status, body["registration"]], [201, { text: "866714045455127", anywhere: true }]);
  equal((await put("hall", body["registration"])).status, 200);
  deepEqual(await listed(program), []);
  for (const csq of [19, 7]) {
    await using device = await Device.connect(program, packet(csq));
    await untilOnline(program, "hall");
    // Again before a frame, and with another signal: neither keeps the board's answer from being understood.
    await device.send(new TextEncoder().encode(packet(csq)));
    await device.send(new TextEncoder().encode(packet(31)));
    const opened = await ask(program, "/cabinets/hall/cells/2/open", {
      method: "POST",
      body: { reason: "look" },
    });
    equal(opened.body["state"], "opened");
    device.conn.close();
    await untilOnline(program, "hall", false);
  }
  equal((await put("bcd", { hex: "66714045455127", at: 1 })).status, 201);
  stack.use(await Device.connect(program, Uint8Array.fromHex("0866714045455127")));
  await untilOnline(program, "bcd");
  equal((await put("gym", { text: "IMEI866714045455127" })).status, 201);
  equal((await put("gym", { text: 'imei":"866714045455127"' })).status, 200, "the same organization's");
  equal((await put("gym", { text: "866714045455127" })).status, 409);
});

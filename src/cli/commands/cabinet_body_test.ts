import { deepEqual, rejects } from "node:assert/strict";
import { cabinetBody } from "../../cabinet/description_body.ts";
import { TestIo } from "../../../testing/rigs/cli.ts";
import { type AddOptions, bodyOf, bodyOfFile } from "./cabinet_body.ts";
import { Failure, UsageError } from "../io.ts";

function pure(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, permissions: "none", fn });
}

const io = new TestIo();
const least = { name: "A", board: "8a", mode: "storage" } satisfies AddOptions;

pure("bodyOf() sends nothing that was not said", async () => {
  deepEqual(await bodyOf(least, io), least);
});

pure("bodyOf() makes of all options a body that the service takes", async () => {
  const body = await bodyOf({
    ...least,
    registrationHex: "01 02",
    heartbeat: "ping",
    heartbeatEcho: true,
    heartbeatSeconds: 30,
    localEcho: true,
    wiring: "none",
    address: ["10.1.2.3", "2001:db8::/32"],
    leftOpenSeconds: "never",
    offlineSeconds: 120,
    rentalsPerGuest: "any",
    contactTelephone: "400 123 4567",
    contactText: "物业前台，8:00–22:00",
    tag: ["hangzhou", "西湖"],
    location: "西湖北门",
    latitude: 30.26,
    longitude: 120.14,
    cells: 12,
    perBoard: 36,
    size: "L",
    replace: true,
  }, io);
  deepEqual(body, {
    ...least,
    registration: { hex: "01 02" },
    heartbeat: { text: "ping", echo: true, intervalSeconds: 30 },
    localEcho: true,
    wiring: "none",
    addresses: ["10.1.2.3", "2001:db8::/32"],
    leftOpenSeconds: null,
    offlineSeconds: 120,
    rules: { rentalsPerGuest: null },
    contact: { telephone: "400 123 4567", text: "物业前台，8:00–22:00" },
    tags: ["hangzhou", "西湖"],
    location: { address: "西湖北门", latitude: 30.26, longitude: 120.14 },
    cells: { count: 12, perBoard: 36, size: "L" },
  });
  cabinetBody.parse(body);
});

pure("bodyOf() takes a description from standard input as it is", async () => {
  const from = new TestIo();
  from.input = '{"name": "A", "board": "raw"}';
  const options = { file: "-", replace: true, newSecret: true };
  deepEqual(await bodyOf(options, from), { name: "A", board: "raw" });
  for (const input of ["[1]", "null", '"etag"']) {
    from.input = input;
    deepEqual(await bodyOf(options, from), JSON.parse(input));
  }
});

pure("bodyOf() and bodyOfFile() leave out the etag that cabinet show has beside a description", async () => {
  const from = new TestIo();
  from.input = '{"name": "A", "board": "raw", "etag": "x7Kq"}';
  for (const body of [await bodyOf({ file: "-" }, from), await bodyOfFile("-", from)]) {
    deepEqual(body, { name: "A", board: "raw" });
  }
});

pure("bodyOf() refuses options that do not go together", async () => {
  await rejects(
    bodyOf({ board: "8a" }, io),
    new UsageError("Say --name, or --file with the whole description"),
  );
  await rejects(
    bodyOf({ name: "A" }, io),
    new UsageError("Say --board, or --file with the whole description"),
  );
  await rejects(bodyOf({ ...least, size: "L" }, io), new UsageError("--size needs --cells"));
  await rejects(bodyOf({ ...least, heartbeatEcho: true }, io), /--heartbeat-echo needs --heartbeat/);
  await rejects(bodyOf({ ...least, heartbeatSeconds: 30 }, io), /--heartbeat-seconds needs --heartbeat/);
  await rejects(bodyOf({ ...least, latitude: 30 }, io), new UsageError("--latitude needs --longitude"));
  await rejects(bodyOf({ ...least, longitude: 120 }, io), new UsageError("--longitude needs --latitude"));
  await rejects(bodyOf({ file: "-", registrationHex: "01" }, io), /leave out --registration-hex/);
});

pure("bodyOf() reads UTF-8 with a mark or without, and nothing else", async () => {
  const from = new TestIo();
  from.input = '\uFEFF{"name": "大堂"}';
  deepEqual(await bodyOf({ file: "-" }, from), { name: "大堂" });
  // The same in GBK, and cut within a character.
  for (const name of ["b4f3ccc3", "e5a4a7e5a0"]) {
    from.input = Uint8Array.fromHex(`7b226e616d65223a22${name}227d`);
    await rejects(
      bodyOf({ file: "-" }, from),
      new Failure("standard input is not UTF-8: save it with that encoding"),
    );
  }
});

pure("bodyOf() says what is wrong with a file", async () => {
  const from = new TestIo();
  from.input = "{";
  await rejects(bodyOf({ file: "-" }, from), (error) => {
    return error instanceof Failure && error.message.startsWith("standard input is not valid JSON");
  });
  await rejects(bodyOf({ file: "a.json" }, io), /Cannot read a\.json: only files below this folder/);
});

import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { configureSync, getLogger, type LogRecord, resetSync } from "@logtape/logtape";
import { Kysely, sql } from "kysely";
import { until } from "../../testing/until.ts";
import { freePort } from "../../testing/servers/ports.ts";
import { dialectOf } from "../db/mod.ts";
import type { DeviceReport } from "../device/mod.ts";
import { logFormat } from "./log.ts";
import { deviceLog, failureLog } from "./report_log.ts";
import { messageOf } from "./error_text.ts";
import { countFailure } from "./report_metrics.ts";
import { expose, Metrics } from "../metrics/mod.ts";
import { unseenIn } from "../lib/text/plain_text.ts";
import { NatsUplink } from "../router/nats/nats.ts";
import { WechatError } from "../wechat/mod.ts";

/** What the log says of these, without the errors themselves, and by whose they are counted. */
function told(errors: readonly unknown[]): { said: string[]; counted: string[] } {
  const said: string[] = [];
  const sink = ({ message }: LogRecord) => void said.push(String(message[0]));
  configureSync({
    sinks: { sink },
    loggers: [{ category: "test", sinks: ["sink"] }, { category: ["logtape", "meta"], sinks: [] }],
  });
  const memory = Metrics.memory(2);
  try {
    const fail = failureLog(getLogger("test"), () => performance.now());
    for (const error of errors) {
      fail(error);
      countFailure(new Metrics(memory, 0), error);
    }
  } finally {
    resetSync();
  }
  const counted = expose(memory).split("\n").filter((line) =>
    /^kaigui_(failures|wechat_failures)_total.* [1-9]/.test(line)
  );
  return { said, counted };
}

/** What NATS' client, and ours, say where nobody listens. */
async function natsAway(): Promise<unknown> {
  const failures: unknown[] = [];
  await using _uplink = await NatsUplink.open({
    url: `nats://127.0.0.1:${freePort()}`,
    program: "program",
    isolate: "isolate",
    failed: (error) => failures.push(error),
    now: () => performance.now(),
  });
  return await until(() => failures[0]);
}

/** What Postgres' driver says where nobody listens. */
async function postgresAway(): Promise<unknown> {
  const place = { folder: "", url: `postgres://kaigui:secret@127.0.0.1:${freePort()}/kaigui` };
  const tables = new Kysely({ dialect: await dialectOf(place, { failed: () => {} }) });
  try {
    return await sql`select 1`.execute(tables).then(() => undefined, (error: unknown) => error);
  } finally {
    await tables.destroy();
  }
}

/** What Deno says of any other connection. */
async function othersAway(): Promise<unknown> {
  return await fetch(`http://127.0.0.1:${freePort()}`).then(() => undefined, (error: unknown) => error);
}

Deno.test("failureLog() and countFailure() tell sources of failures apart whose network errors are alike", async () => {
  const [nats, postgres, other] = [await natsAway(), await postgresAway(), await othersAway()];
  for (const error of [nats, postgres, other]) match(messageOf(error), /refused/i);
  deepEqual(told([nats]), {
    said: ["NATS cannot be used: "],
    counted: ['kaigui_failures_total{kind="broker"} 1'],
  });
  deepEqual(told([postgres, new Error("Cannot do it", { cause: postgres })]), {
    said: ["The database does not answer: "],
    counted: ['kaigui_failures_total{kind="database"} 2'],
  });
  deepEqual(told([other, Object.assign(new Error("reset"), { code: "ECONNRESET" })]), {
    said: Array(2).fill("Something went wrong: "),
    counted: ['kaigui_failures_total{kind="program"} 2'],
  });
  const wechat = new WechatError("WeChat does not answer", { kind: "away" });
  deepEqual(told([wechat]).counted, ['kaigui_wechat_failures_total{kind="away"} 1']);
});

Deno.test("deviceLog() logs only the number of a flood of devices for which there is no room", () => {
  const records: LogRecord[] = [];
  configureSync({
    sinks: { list: (record: LogRecord) => records.push(record) },
    loggers: [{ category: "test", sinks: ["list"] }, { category: ["logtape", "meta"], sinks: [] }],
  });
  let now = 0;
  const floods: DeviceReport[] = [
    { type: "too-many-connections", connections: 64 },
    { type: "accept-failed", error: new Error("Too many open files") },
  ];
  try {
    const log = deviceLog(getLogger("test"), () => now);
    for (const report of floods) {
      for (let time = 0; time < 1_000; time++) log(report);
      now += 60_000;
      log(report);
    }
  } finally {
    resetSync();
  }
  ok(records.length < 50, `${records.length} records`);
  const counts = records.flatMap(({ properties: { times } }) => typeof times === "number" ? [times] : []);
  deepEqual(counts, [980, 1, 1_000]);
});

/** What a device said: it turns text around, hides in it, and would clear the screen and colour it. */
const EVIL = "IMEI\u202e\u2066\u200b\u009b2J\x1b[31m\x1b]0;x\x07\r\n\ufeff";

/** The record of a line in which that stands. */
function recordOf(said: unknown): LogRecord {
  const records: LogRecord[] = [];
  configureSync({
    sinks: { list: (record: LogRecord) => records.push(record) },
    loggers: [
      { category: "test", sinks: ["list"] },
      { category: ["logtape", "meta"], sinks: ["list"], lowestLevel: "error" },
    ],
  });
  getLogger("test").warn("It said {said}", { said });
  resetSync();
  return records[0] as LogRecord;
}

Deno.test("logFormat() escapes what others have sent on a terminal, and uses only its own colours", () => {
  for (const said of [EVIL, { deep: [EVIL] }, new Error(EVIL)]) {
    const text = logFormat({ terminal: true })(recordOf(said));
    match(text, /It said/);
    // deno-lint-ignore no-control-regex
    const bare = text.replace(/\x1b\[(?:\d*;?)*m/g, "").replaceAll("\ufffd", "").replaceAll("\n", "");
    equal(unseenIn(bare), undefined, JSON.stringify(text));
    // deno-lint-ignore no-control-regex
    doesNotMatch(text, /\x1b\[31mm|\x1b\]/);
  }
});

Deno.test("logFormat() writes the same JSON with hidden characters escaped", () => {
  const text = logFormat({ terminal: false })(recordOf(EVIL));
  equal(text.indexOf("\n"), text.length - 1);
  equal(unseenIn(text.trimEnd()), undefined, text);
  deepEqual(JSON.parse(text).said, EVIL);
});

Deno.test("deviceLog() has in its message what was wrong with a controller's line", () => {
  const said: string[] = [];
  configureSync({
    sinks: { sink: ({ message }) => void said.push(message.join("")) },
    loggers: [{ category: "test", sinks: ["sink"] }, { category: ["logtape", "meta"], sinks: [] }],
  });
  try {
    const log = deviceLog(getLogger("test"), () => 0);
    const error = new Error("event: ago: too small");
    const closed = { type: "closed", peer: "192.0.2.7:9", reason: "protocol-violated", error } as const;
    log({ ...closed, cabinet: "smart-a" });
    log({ ...closed, cabinet: undefined });
    log({ ...closed, cabinet: "smart-a", reason: "silent", error: undefined });
  } finally {
    resetSync();
  }
  deepEqual(said, [
    "Cabinet smart-a is offline: protocol-violated (Error: event: ago: too small)",
    "Closed 192.0.2.7:9, which did not register: protocol-violated (Error: event: ago: too small)",
    "Cabinet smart-a is offline: silent",
  ]);
});

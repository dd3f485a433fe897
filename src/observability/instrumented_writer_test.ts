import { deepEqual, equal, rejects } from "node:assert/strict";
import type { Work, Writer } from "../db/mod.ts";
import { InstrumentedWriter } from "./instrumented_writer.ts";
import { expose, Metrics } from "../metrics/mod.ts";

/** A measured writer over one that writes when it is told to. */
function rig() {
  const memory = Metrics.memory(2);
  let now = 0;
  const writes: PromiseWithResolvers<unknown>[] = [];
  const write = () => {
    const writing = Promise.withResolvers<unknown>();
    writes.push(writing);
    return writing.promise;
  };
  const inner = { transaction: write, command: write, idle: () => Promise.resolve() } as unknown as Writer;
  const writer = new InstrumentedWriter(inner, { metrics: new Metrics(memory, 0), now: () => now });
  const counted = () =>
    expose(memory).split("\n").filter((line) => /^kaigui_database.*(sum|count|total) /.test(line))
      .map((line) => Number(line.split(" ")[1]));
  return { writer, writes, counted, pass: (ms: number) => now += ms };
}

const WORK: Work<string> = () => Promise.resolve("");

Deno.test("InstrumentedWriter measures how long writes take, and counts those not on disk", async () => {
  const { writer, writes, counted, pass } = rig();
  const first = writer.transaction(WORK);
  const second = writer.command({} as Parameters<Writer["command"]>[0]);
  equal(writer.waiting, 2);
  pass(250);
  writes[0]?.resolve("done");
  equal(await first, "done");
  equal(writer.waiting, 1);
  pass(250);
  writes[1]?.resolve("taken");
  equal(await second, "taken");
  await writer.idle();
  deepEqual([counted(), writer.waiting], [[0.75, 2, 0], 0]);
});

Deno.test("InstrumentedWriter counts failed writes, and passes their errors on", async () => {
  const { writer, writes, counted } = rig();
  const writing = writer.transaction(WORK);
  const away = new Error("Connection terminated unexpectedly");
  writes[0]?.reject(away);
  await rejects(writing, away);
  deepEqual([counted(), writer.waiting], [[0, 0, 1], 0]);
});

import { removeFolder } from "../../lib/remove_folder.ts";
import { deepEqual, equal, rejects } from "node:assert/strict";
import { PickupCodes } from "../codes/pickup_codes.ts";
import { openDatabase } from "../../db/mod.ts";
import { COMMAND } from "../../lib/limits.ts";
import { LocalRouter } from "../../router/mod.ts";
import type { CabinetRequest, CabinetRouter, Evidence } from "../../cabinet/requests.ts";
import { until } from "../../../testing/until.ts";
import type { Cabinet } from "../cabinets/cabinet.ts";
import { type CommandReport, Commands } from "./commands.ts";
import type { CommandStep, OpenTap } from "./taps.ts";
import { ConflictError, TooManyTapsError, UnavailableError, UnknownCellError } from "../errors.ts";
import { Journal } from "../journal.ts";
import { Recovery } from "./recovery.ts";
import { described } from "../../../testing/rigs/described.ts";
import type { DoorChange, DoorReading } from "../../cabinet/doors.ts";

const cabinet: Cabinet = {
  ...described(),
  cells: [1, 2].map((cell) => ({ cell, board: 1, channel: cell, size: "M", state: "free" })),
  lastSeenAt: undefined,
  describedAt: 0,
  organizationContact: null,
};

/** Who has the cabinet. */
const owner = { cabinet: "cab", epoch: 1 };

const tap = (more: Partial<OpenTap> = {}): OpenTap => ({
  command: "open",
  id: crypto.randomUUID(),
  cabinet,
  cell: 1,
  by: "person:a",
  ...more,
});

/** Commands over a real database, with a cabinet in our hand. */
async function rig(stack: AsyncDisposableStack) {
  const folder = await Deno.makeTempDir();
  stack.defer(() => removeFolder(folder));
  const db = stack.use(await openDatabase({ folder }));
  const router: CabinetRouter = new LocalRouter();
  const journal = new Journal(db, { wallClock: Date.now });
  const reports: CommandReport[] = [];
  const recovery = new Recovery(db, { router, wallClock: Date.now, alone: db.kind === "sqlite" });
  const commands = new Commands({
    db,
    journal,
    router,
    recovery,
    codes: new PickupCodes("secret"),
    report: (report) => reports.push(report),
    returning: () => {},
    now: () => performance.now(),
    wallClock: Date.now,
  });
  stack.defer(() => commands.drain());
  /** The opens that went out to the lock. */
  const sent: CabinetRequest[] = [];
  /** The cells whose doors were to be read, and what is seen there. */
  const looks: number[] = [];
  const seen: { now: Partial<DoorReading> } = { now: {} };
  /** The cabinet: asks the journal as a bus does, then answers with `evidence`. */
  const online = (evidence: () => Evidence | Promise<Evidence>) =>
    router.claim("cab", {
      async handle(request, { progress }) {
        if (request.type === "look") {
          looks.push(request.cell);
          return { type: "look", ...seen.now };
        }
        if (request.type !== "open") return { type: "hang-up" };
        if (await journal.sending(request, owner).catch(() => "must-not") !== "may") {
          return { type: "open", evidence: { state: "refused", reason: "unavailable" } };
        }
        sent.push(request);
        progress({ type: "sent" });
        return { type: "open", evidence: await evidence() };
      },
      displaced: () => {},
    }, owner.epoch);
  return { db, router, journal, recovery, commands, reports, sent, looks, seen, online };
}

Deno.test("Commands.run() journals each step before it is told", async () => {
  await using stack = new AsyncDisposableStack();
  const { journal, commands, online } = await rig(stack);
  online(() => ({ state: "opened" }));
  const one = tap();
  const steps: [CommandStep["state"], string | undefined][] = [];
  const checks: Promise<unknown>[] = [];
  const outcome = await commands.run(one, ({ state }) => {
    checks.push(journal.find(one.id).then((row) => steps.push([state, row?.state])));
  });
  await Promise.all(checks);
  deepEqual(outcome, { state: "opened", cell: 1 });
  equal((await journal.find(one.id))?.state, "opened");
  equal(steps.at(-1)?.[0], "sent");
  for (const [, onDisk] of steps) equal(["sent", "opened"].includes(onDisk ?? ""), true);
});

Deno.test("Commands.run() sends once for one id, however often and whenever it is tapped", async () => {
  await using stack = new AsyncDisposableStack();
  const { commands, sent, online } = await rig(stack);
  const gate = Promise.withResolvers<Evidence>();
  online(() => gate.promise);
  const one = tap();
  const running = [commands.run(one), commands.run(one), commands.run(one)];
  gate.resolve({ state: "opened" });
  const outcomes = await Promise.all(running);
  outcomes.push(await commands.run(one));
  deepEqual(outcomes, Array(4).fill({ state: "opened", cell: 1 }));
  equal(sent.length, 1);
});

Deno.test("Commands.run() refuses another's id while it runs and afterwards", async () => {
  await using stack = new AsyncDisposableStack();
  const { commands, sent, online } = await rig(stack);
  online(() => ({ state: "opened" }));
  const one = tap();
  const running = commands.run(one);
  await rejects(commands.run({ ...one, by: "person:b" }), ConflictError);
  await rejects(commands.run({ ...one, cell: 2 }), ConflictError);
  await running;
  await rejects(commands.run({ ...one, by: "person:b" }), ConflictError);
  await rejects(commands.run({ ...one, cabinet: { ...cabinet, id: "other" } }), ConflictError);
  equal(sent.length, 1);
});

Deno.test("Commands.run() refuses and journals what no lock can do", async () => {
  await using stack = new AsyncDisposableStack();
  const { journal, commands } = await rig(stack);
  const offline = tap();
  deepEqual(await commands.run(offline), { state: "refused", reason: "offline", cell: 1 });
  const disabled = tap({
    cabinet: { ...cabinet, cells: cabinet.cells.map((cell) => ({ ...cell, state: "disabled" })) },
  });
  deepEqual(await commands.run(disabled), { state: "refused", reason: "disabled", cell: 1 });
  await rejects(commands.run(tap({ cell: 3 })), UnknownCellError);
  for (const { id } of [offline, disabled]) {
    const row = await journal.find(id);
    equal(row?.state, "refused");
    equal(row?.finished_at === null, false);
  }
});

Deno.test("Commands.run() lets one person have so many taps at once, and others go on", async () => {
  await using stack = new AsyncDisposableStack();
  const { commands, online } = await rig(stack);
  const gate = Promise.withResolvers<Evidence>();
  online(() => gate.promise);
  const running = Array.from({ length: COMMAND.perPersonMax }, () => commands.run(tap()));
  await rejects(commands.run(tap()), TooManyTapsError);
  const other = commands.run(tap({ by: "person:b" }));
  gate.resolve({ state: "opened" });
  await Promise.all([...running, other]);
  equal((await commands.run(tap())).state, "opened");
});

Deno.test("Commands.run() settles an unconfirmed command when its door is seen open", async () => {
  await using stack = new AsyncDisposableStack();
  const { router, journal, commands, online, looks } = await rig(stack);
  online(() => ({ state: "unconfirmed", reason: "no-reply" }));
  const one = tap();
  const settled = Promise.withResolvers<void>();
  await commands.run(one, ({ state }) => state === "opened" && settled.resolve());
  equal((await journal.find(one.id))?.state, "unconfirmed");
  const tells = (cells: readonly DoorChange[]) =>
    router.publish("cab", { type: "doors", asOf: { epoch: owner.epoch, count: 1 }, cells });
  tells([{ cell: 2, door: "open" }, { cell: 1, door: "closed" }]);
  tells([{ cell: 1, door: "open", command: crypto.randomUUID() }]);
  equal(looks.length, 0, "another command opened it");
  tells([{ cell: 1, door: "open", command: one.id }]);
  await settled.promise;
  const row = await journal.find(one.id);
  deepEqual([row?.state, row?.reason], ["opened", null]);
});

Deno.test("Commands.run() settles nothing by news of a door that may be older than the command, but has it read", async () => {
  await using stack = new AsyncDisposableStack();
  const { router, journal, commands, online, looks, seen } = await rig(stack);
  online(() => ({ state: "unconfirmed", reason: "no-reply" }));
  const one = tap();
  const settled = Promise.withResolvers<void>();
  await commands.run(one, ({ state }) => state === "opened" && settled.resolve());
  const tell = () =>
    router.publish("cab", {
      type: "doors",
      asOf: { epoch: owner.epoch, count: 1 },
      cells: [{ cell: 1, door: "open" }],
    });
  for (const shown of [{ door: "closed" }, {}, { door: "open", command: crypto.randomUUID() }] as const) {
    seen.now = shown;
    const asked = looks.length;
    tell();
    await until(() => looks.length > asked);
    equal((await journal.find(one.id))?.state, "unconfirmed", Deno.inspect(shown));
  }
  seen.now = { door: "open" };
  tell();
  await settled.promise;
});

Deno.test("Commands.run() does nothing when the database does not take the tap", async () => {
  await using stack = new AsyncDisposableStack();
  const { db, commands, online, reports } = await rig(stack);
  let pulses = 0;
  online(() => {
    pulses++;
    return { state: "opened" };
  });
  await db.tables.schema.alterTable("commands").renameTo("away").execute();
  await rejects(commands.run(tap()), UnavailableError);
  await db.tables.schema.alterTable("away").renameTo("commands").execute();
  equal(pulses, 0);
  equal(reports.some(({ type }) => type === "journal-failed"), true);
  equal((await commands.run(tap())).state, "opened");
});

Deno.test("Commands.drain() waits for what runs and refuses what comes", async () => {
  await using stack = new AsyncDisposableStack();
  const { commands, online } = await rig(stack);
  const gate = Promise.withResolvers<Evidence>();
  online(() => gate.promise);
  const running = commands.run(tap());
  const drained = commands.drain();
  deepEqual(await commands.run(tap()), { state: "refused", reason: "stopping", cell: 1 });
  gate.resolve({ state: "opened" });
  equal((await running).state, "opened");
  await drained;
});

Deno.test("Recovery.endLeft() ends what a dead process left and touches nothing else", async () => {
  await using stack = new AsyncDisposableStack();
  const { journal, recovery } = await rig(stack);
  const place = { organization: "main", cabinet: "cab", cell: 1 };
  const command = { ...place, command: "open", by: "operator", note: null } as const;
  for (const id of ["requested", "sent", "done"]) await journal.request({ ...command, id });
  await journal.sending({ id: "sent" }, owner);
  await journal.sending({ id: "done" }, owner);
  await journal.finish("done", { state: "opened" });
  deepEqual(await recovery.endLeft({ atStart: false }), { requested: 0, sent: 0 }, "too young to be left");
  deepEqual(await recovery.endLeft({ atStart: true }), { requested: 1, sent: 1 });
  const states = await Promise.all(["requested", "sent", "done"].map(async (id) => {
    const row = await journal.find(id);
    return [row?.state, row?.reason];
  }));
  deepEqual(states, [["refused", "expired"], ["unconfirmed", "restarted"], ["opened", null]]);
  equal(await journal.sending({ id: "requested" }, owner), "must-not", "nothing is sent late");
});

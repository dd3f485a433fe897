import { deepEqual, equal } from "node:assert/strict";
import { until } from "../../../testing/harness.ts";
import { seeded } from "../../../testing/seeded.ts";
import { COMMAND, PERSON, PRESENCE } from "../../lib/limits.ts";
import { LocalRouter, MeshRouter } from "../../router/mod.ts";
import { presenceTopic } from "../../cabinet/requests.ts";
import type { CabinetEvent, CabinetReply, CabinetRequest, SentProgress } from "../../cabinet/requests.ts";
import { FaultyNetwork } from "../../../testing/network/faulty_transport.ts";
import { SessionRegistry } from "./session_registry.ts";

/** Longest that it may take until a silent isolate is noticed, also on a slow machine. */
const SETTLED_MS = 30_000;

/** An isolate on the network, whose pages are numbered over all isolates. */
class Isolate implements Disposable {
  readonly router: MeshRouter<CabinetRequest, SentProgress, CabinetReply, CabinetEvent>;
  readonly attendance: SessionRegistry;
  /** Anne's pages that are open here, by number. */
  readonly pages = new Map<number, Disposable>();
  /** Milliseconds that are added to its clock. */
  later = 0;

  constructor(name: string, network: FaultyNetwork, wallClock: () => number) {
    this.router = new MeshRouter(network.join(name), { now: () => performance.now(), wallClock: Date.now });
    const now = () => performance.now() + this.later;
    this.attendance = new SessionRegistry(this.router, { me: name, now, wallClock });
  }

  opens(page: number): void {
    this.pages.set(page, this.attendance.join("anne", () => this.closes(page)));
  }

  closes(page: number): void {
    this.pages.get(page)?.[Symbol.dispose]();
    this.pages.delete(page);
  }

  /** Waits until so many unfinished taps of Anne are known to be elsewhere. */
  async seesTaps(count: number): Promise<void> {
    const saw = () => this.attendance.tapsElsewhere("anne");
    await until(() => saw() === count, { deadlineMs: SETTLED_MS, saw });
  }

  [Symbol.dispose](): void {
    this.attendance[Symbol.dispose]();
    this.router[Symbol.dispose]();
  }
}

/** So many isolates that know each other, and a clock that goes on with each look at it. */
async function isolates(stack: DisposableStack, count: number) {
  const network = stack.use(new FaultyNetwork(seeded(1)));
  let wallClock = 1_800_000_000_000;
  const all = Array.from(
    { length: count },
    (_, n) => stack.use(new Isolate(`isolate ${n}`, network, () => wallClock++)),
  );
  await until(() => all.every(({ router }) => router.peers === count - 1));
  return { network, all };
}

/** The pages that are open anywhere, in the order in which they were opened. */
function pagesOf(all: readonly Isolate[]): number[] {
  return all.flatMap(({ pages }) => [...pages.keys()]).sort((a, b) => a - b);
}

const FIRST = Array.from({ length: PERSON.socketsMax }, (_, page) => page);

Deno.test("Attendance.hasRoom() counts the person's sockets in this isolate", () => {
  const options = { me: "alone", now: () => 0, wallClock: () => 0 };
  using attendance = new SessionRegistry(new LocalRouter(), options);
  const sockets = FIRST.map(() => attendance.join("anne", () => {}));
  deepEqual([attendance.hasRoom("anne"), attendance.hasRoom("bert")], [false, true]);
  sockets[0]?.[Symbol.dispose]();
  sockets[0]?.[Symbol.dispose]();
  equal(attendance.hasRoom("anne"), true);
  for (const socket of sockets) socket[Symbol.dispose]();
});

Deno.test("Attendance lets the oldest sockets stay, in whatever isolates they are", async () => {
  using stack = new DisposableStack();
  const { network, all } = await isolates(stack, 3);
  network.faults = { lost: 0.1, doubled: 0.1, late: 0.3, lateMs: 50 };
  // More than may be in each of them, and nobody has heard of the others yet.
  for (let page = 0; page < 2 * PERSON.socketsMax; page++) all[page % all.length]?.opens(page);
  const saw = () => pagesOf(all);
  await until(() => saw().length === PERSON.socketsMax, { saw, deadlineMs: SETTLED_MS });
  await until(() => all.every(({ attendance }) => !attendance.hasRoom("anne")), { saw });
  deepEqual(saw(), FIRST);
});

Deno.test("Attendance.hasRoom() knows of the sockets in other isolates", async () => {
  using stack = new DisposableStack();
  const { all: [one, two] } = await isolates(stack, 2);
  if (!one || !two) throw new Error("no isolates");
  one.opens(0);
  for (const page of FIRST.slice(1)) two.opens(page);
  await until(() => !one.attendance.hasRoom("anne"));
  two.closes(1);
  await until(() => one.attendance.hasRoom("anne"));
  equal(pagesOf([one, two]).length, PERSON.socketsMax - 1);
});

Deno.test("Attendance counts unfinished taps in other isolates, and forgets those of one that died", async () => {
  using stack = new DisposableStack();
  const { network, all: [one, two, three] } = await isolates(stack, 3);
  if (!one || !two || !three) throw new Error("no isolates");
  one.opens(0);
  for (let taps = 1; taps <= COMMAND.perPersonMax; taps++) two.attendance.tapsHere("anne", taps);
  three.attendance.tapsHere("anne", 1);
  await one.seesTaps(COMMAND.perPersonMax + 1);
  await two.seesTaps(1);
  network.partition("isolate 1");
  await until(() => one.router.peers === 1);
  one.later += PRESENCE.silentMs;
  await one.seesTaps(1);
  three.attendance.tapsHere("anne", 0);
  await one.seesTaps(0);
});

Deno.test("Attendance says nothing of taps while the person is in one isolate only", () => {
  const router = new LocalRouter<CabinetRequest, SentProgress, CabinetReply, CabinetEvent>();
  const said: CabinetEvent[] = [];
  using _watch = router.watch(presenceTopic("anne"), (event) => said.push(event));
  using attendance = new SessionRegistry(router, { me: "alone", now: () => 0, wallClock: () => 0 });
  const socket = attendance.join("anne", () => {});
  const before = said.length;
  for (let tap = 0; tap < 100; tap++) {
    attendance.tapsHere("anne", 1);
    attendance.tapsHere("anne", 0);
  }
  equal(said.length, before);
  attendance.tapsHere("anne", 1);
  socket[Symbol.dispose]();
  equal(said.length, before, "a tap outlives its page");
  attendance.tapsHere("anne", 0);
  equal(said.length, before + 1, "and then the person is gone");
});

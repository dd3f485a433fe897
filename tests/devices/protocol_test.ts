/**
 * Kaigui's own protocol end to end: the controller in C against the real service.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { ControllerProcess, testController } from "./controller_c.ts";
import { api, putCabinet } from "../../testing/api.ts";
import { tempFolder } from "../../testing/folders.ts";
import { guestCookie, type Message, Page } from "../../testing/page.ts";
import { Program } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { untilOnline } from "../../testing/api.ts";

const SECRET = "kX3vQ9mT7pLw2RzN8sYb";

/** A line between a controller and the service. It records what the service sends, and can send it again. */
class Wire implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #running: Promise<unknown>[] = [];
  readonly #conns = new Set<Deno.Conn>();
  #toController: Deno.Conn | undefined;
  /** Lines of the service, as they came. */
  readonly said: string[] = [];
  /** Where the service is now. */
  target: number;
  readonly #forge: (line: string) => string;

  /** @param forge what the controller receives when the service sends a line @default that line */
  constructor(target: number, forge = (line: string) => line) {
    this.target = target;
    this.#forge = forge;
    this.#running.push(this.#accept());
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  /** The controller receives that line again. */
  async again(line: string): Promise<void> {
    await this.#toController?.write(new TextEncoder().encode(`${line}\n`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const conn of this.#conns) close(conn);
    await Promise.allSettled(this.#running);
  }

  async #accept(): Promise<void> {
    try {
      for await (const down of this.#listener) {
        const up = await Deno.connect({ hostname: "127.0.0.1", port: this.target }).catch(() => undefined);
        if (!up) {
          close(down);
          continue;
        }
        this.#toController = down;
        for (const conn of [down, up]) this.#conns.add(conn);
        this.#running.push(this.#carry(down, up), this.#carry(up, down, true));
      }
    } catch {
      // The connection was closed.
    }
  }

  async #carry(from: Deno.Conn, to: Deno.Conn, isService = false): Promise<void> {
    const buffer = new Uint8Array(4_096);
    let rest = "";
    try {
      for (let n = await from.read(buffer); n !== null; n = await from.read(buffer)) {
        let chunk = buffer.slice(0, n);
        if (isService) {
          const lines = (rest + new TextDecoder().decode(chunk)).split("\n");
          rest = lines.pop() ?? "";
          this.said.push(...lines);
          chunk = new TextEncoder().encode(lines.map((line) => `${this.#forge(line)}\n`).join(""));
        }
        for (let sent = 0; sent < chunk.length;) sent += await to.write(chunk.subarray(sent));
      }
    } catch {
      // One of the two hung up.
    } finally {
      for (const conn of [from, to]) close(conn);
    }
  }
}

function close(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // It is.
  }
}

async function start(stack: AsyncDisposableStack, path: string, env: Record<string, string> = {}) {
  const program = stack.use(await Program.start(path, env));
  await putCabinet(program, "lobby", {
    board: "kaigui",
    secret: SECRET,
    registration: undefined,
    cells: { count: 8 },
  });
  return program;
}

function controllerOf(port: number, more: { secret?: string; stateFile?: string } = {}) {
  return ControllerProcess.start({ port, cabinet: "lobby", secret: SECRET, locks: 8, log: "log1", ...more });
}

async function events(program: Program): Promise<Message[]> {
  const { body } = await api(program, "GET", "/events?cabinet=lobby");
  // A forced door raises an alarm, too.
  return body.items.filter(({ alarm }: Message) => alarm === null).map((
    { kind, cell, command, detail }: Message,
  ) => ({ kind, cell, command, detail }))
    .reverse();
}

testController("a controller opens on command, and what its door does is seen and stored", async () => {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await tempFolder());
  const program = await start(stack, folder.path);
  const controller = stack.use(await controllerOf(program.devicePort));
  await untilOnline(program, "lobby");
  const page = stack.use(await Page.open(program, "lobby", await guestCookie(program, "lobby")));
  const tap = page.tap(3);
  equal((await page.outcome(tap))["state"], "opened");
  await controller.until(`pulse 3 ${tap}`);
  await page.until(({ cells }) => cells?.some((one: Message) => one["cell"] === 3 && one["door"] === "open"));
  await controller.say("close 3");
  await page.until(({ cells }) =>
    cells?.some((one: Message) => one["cell"] === 3 && one["door"] === "closed")
  );
  await until(async () => (await events(program)).length === 2);
  deepEqual(await events(program), [
    { kind: "door-opened", cell: 3, command: tap, detail: null },
    { kind: "door-closed", cell: 3, command: tap, detail: null },
  ]);
  await controller.say("jam 4");
  await controller.until("jammed 4");
  const jammed = await page.outcome(page.tap(4));
  deepEqual([jammed["state"], jammed["reason"]], ["failed", "did-not-open"]);
  const both = [page.tap(5), page.tap(6)];
  for (const id of both) equal((await page.outcome(id))["state"], "opened", "one after the other");
});

testController("a controller refuses a command that is sent again", async () => {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await tempFolder());
  const program = await start(stack, folder.path);
  const wire = stack.use(new Wire(program.devicePort));
  const controller = stack.use(await controllerOf(wire.port));
  await untilOnline(program, "lobby");
  const page = stack.use(await Page.open(program, "lobby", await guestCookie(program, "lobby")));
  const tap = page.tap(2);
  equal((await page.outcome(tap))["state"], "opened");
  const order = wire.said.find((line) => line.includes(`"open"`)) as string;
  match(order, new RegExp(tap));
  await wire.again(order);
  await controller.until(`repeated ${tap}`);
  await wire.again(order.replace(tap, crypto.randomUUID()));
  await controller.until(/refused .* mac/);
  await controller.say("cut");
  await controller.until(/disconnected/);
  await controller.say("dial");
  await controller.until("welcomed");
  await wire.again(order);
  await controller.until(new RegExp(`(repeated ${tap}|refused ${tap})`));
  equal(controller.lines.filter((line) => line.startsWith("pulse")).length, 1);
});

testController("a controller takes no time that was changed on its way", async () => {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await tempFolder());
  const program = await start(stack, folder.path);
  const earlier = (line: string) => line.replace(/"time":(\d+)/, (_, time) => `"time":${time - 60_000}`);
  const wire = stack.use(new Wire(program.devicePort, earlier));
  const controller = stack.use(await controllerOf(wire.port));
  await controller.until("disconnected wrong-mac");
  equal(controller.lines.includes("welcomed"), false);
});

testController(
  "a controller goes on over a restart of the service, and events of the outage come once",
  async () => {
    await using stack = new AsyncDisposableStack();
    const folder = stack.use(await tempFolder());
    const first = await start(stack, folder.path);
    const wire = stack.use(new Wire(first.devicePort));
    const controller = stack.use(await controllerOf(wire.port));
    await untilOnline(first, "lobby");
    const before = stack.use(await Page.open(first, "lobby", await guestCookie(first, "lobby")));
    const tap = before.tap(1);
    equal((await before.outcome(tap))["state"], "opened");
    await controller.say("close 1");
    await until(async () => (await events(first)).length === 2);
    await first.end("SIGKILL");
    await controller.until(/disconnected/);
    for (
      const [say, hear] of [["force 2", "door 2 open"], ["close 2", "door 2 closed"], [
        "force 2",
        "door 2 open",
      ]]
    ) {
      await controller.say(say as string);
      await controller.until(hear as string);
    }
    const second = await start(stack, folder.path);
    wire.target = second.devicePort;
    await untilOnline(second, "lobby");
    await until(async () => (await events(second)).length === 5);
    const expected = [
      { kind: "door-opened", cell: 1, command: tap, detail: null },
      { kind: "door-closed", cell: 1, command: tap, detail: null },
      ...["door-opened", "door-closed", "door-opened"].map((kind) => ({
        kind,
        cell: 2,
        command: null,
        detail: null,
      })),
    ];
    const byTold = (a: Message, b: Message) => a["cell"] - b["cell"];
    deepEqual((await events(second)).toSorted(byTold), expected);
    await controller.say("cut");
    await controller.until(/disconnected/);
    await controller.say("dial");
    await controller.until("welcomed");
    const page = stack.use(await Page.open(second, "lobby", await guestCookie(second, "lobby")));
    await page.until((message) =>
      (message["cabinet"]?.cells ?? message["cells"])?.some((one: Message) =>
        one["cell"] === 2 && one["door"] === "open"
      )
    );
    equal((await page.outcome(page.tap(3)))["state"], "opened");
    await until(async () => (await events(second)).length === 6);
    const kinds = await api(second, "GET", "/alarms?cabinet=lobby&active=true");
    deepEqual(kinds.body.items.map(({ kind, cell }: Message) => `${kind} ${cell}`), [
      "opened-without-command 2",
    ]);
  },
);

testController(
  "a controller that does not know the secret, or comes second, is told so and disconnected",
  async () => {
    await using stack = new AsyncDisposableStack();
    const folder = stack.use(await tempFolder());
    const program = await start(stack, folder.path);
    const other = stack.use(
      await controllerOf(program.devicePort, { secret: "a secret that is wrong".replaceAll(" ", "-") }),
    );
    await other.until("disconnected refused unauthorized");
    const told = (reason: string) => program.err.find((line) => line.includes(`"reason":"${reason}"`));
    const wrong = await until(() => told("unauthorized"), { saw: () => program.err });
    match(wrong, /wrong secret, or no such cabinet/);
    const { claimed } = JSON.parse(wrong);
    const controller = stack.use(await controllerOf(program.devicePort));
    await controller.until("welcomed");
    const second = stack.use(await controllerOf(program.devicePort));
    await second.until("disconnected refused connected");
    const late = await until(() => told("already-connected"), { saw: () => program.err });
    equal(JSON.parse(late).claimed, claimed);
    equal(typeof claimed, "string");
    equal((await api(program, "GET", "/cabinets/lobby")).body.online, true);
    equal(program.err.some((line) => line.includes(SECRET)), false);
  },
);

import assert from "node:assert/strict";
import {
  FakeClock,
  FakeSocket,
  FakeStorage,
  freshState,
  rentalOf,
  serverMs,
  storageState,
  welcomeOf,
} from "../../testing/rigs/page.ts";
import { type PageSession, startSession } from "./session.ts";
import type { PageState } from "./state/state.ts";
import { frozenAfterMs, pingEveryMs, pongDeadlineMs, promptMs, tapAnswerMs } from "./times.ts";

const permissions = "none";

/** A browser with one page in it, which can be reloaded. */
class Browser {
  readonly clock = new FakeClock();
  readonly storage = new FakeStorage();
  readonly sockets: FakeSocket[] = [];
  hasNetwork = true;
  refusals = 0;
  session: PageSession;
  readonly #initial: PageState;
  #ids = 0;

  constructor(initial: PageState = freshState()) {
    this.#initial = { ...initial, connection: "connecting" };
    this.session = this.load();
  }

  load(): PageSession {
    this.session = startSession({
      initial: this.#initial,
      storage: () => this.storage,
      connect: () => this.#connect(),
      clock: this.clock,
      random: () => 0,
      newId: () => `id-${++this.#ids}`,
      hasNetwork: () => this.hasNetwork,
      onRefused: () => this.refusals++,
    });
    return this.session;
  }

  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    assert.ok(socket, "no socket was made");
    return socket;
  }

  get connection() {
    return this.session.state().connection;
  }

  #connect(): FakeSocket {
    const socket = new FakeSocket();
    this.sockets.push(socket);
    return socket;
  }
}

function liveBrowser(): Browser {
  const browser = new Browser();
  browser.socket.welcome();
  return browser;
}

Deno.test({
  name: "startSession() is connecting until the welcome, then live",
  permissions,
  fn() {
    const browser = new Browser();
    assert.equal(browser.connection, "connecting");
    browser.socket.open();
    assert.equal(browser.connection, "connecting");
    browser.socket.welcome();
    assert.equal(browser.connection, "live");
  },
});

Deno.test({
  name: "PageSession.tap() sends a tap once and shows the answer",
  permissions,
  fn() {
    const browser = liveBrowser();
    let changes = 0;
    browser.session.subscribe(() => changes++);
    browser.session.tap({ type: "open", cell: 1 });
    browser.session.tap({ type: "open", cell: 1 });
    assert.deepEqual(browser.socket.sent, [{ type: "open", id: "id-1", cell: 1, at: serverMs }]);
    browser.socket.receive({ type: "command", id: "id-1", command: "open", cell: 1, state: "opened" });
    assert.equal(browser.session.state().taps.get("id-1")?.step, "ended");
    assert.equal(changes, 2);
  },
});

Deno.test({
  name: "PageSession.tap() sends nothing without a connection, not even later",
  permissions,
  fn() {
    const browser = liveBrowser();
    browser.socket.end();
    browser.session.tap({ type: "open", cell: 1 });
    assert.deepEqual(browser.session.state().notice?.news, {
      kind: "refusal",
      refusal: "reconnecting",
      cell: 1,
    });
    browser.clock.pass(1_000);
    browser.socket.welcome();
    assert.deepEqual(browser.sockets.map(({ sent }) => sent), [[], []]);
  },
});

Deno.test({
  name: "startSession() sends a tap again with the same id when the socket is back in time",
  permissions,
  fn() {
    const browser = liveBrowser();
    browser.session.tap({ type: "open", cell: 1 });
    browser.socket.end();
    assert.equal(browser.connection, "reconnecting");
    browser.clock.pass(1_000);
    browser.socket.welcome();
    assert.deepEqual(browser.socket.sent, [{ type: "open", id: "id-1", cell: 1, at: serverMs }]);
  },
});

Deno.test({
  name: "startSession() does not send a tap again after its time, even when its timers stood still",
  permissions,
  fn() {
    const browser = liveBrowser();
    browser.session.tap({ type: "open", cell: 1 });
    browser.clock.freeze(Math.max(tapAnswerMs, frozenAfterMs) + 1);
    browser.session.onBrowserEvent("wake");
    browser.socket.welcome();
    assert.deepEqual(browser.socket.sent, []);
    const tap = browser.session.state().taps.get("id-1");
    assert.deepEqual(tap?.step === "ended" && tap.outcome, { by: "silence" });
  },
});

Deno.test({
  name: "startSession() sends a tap again with the same id after a reload",
  permissions,
  fn() {
    const browser = liveBrowser();
    browser.session.tap({ type: "open", cell: 2 });
    browser.load();
    assert.equal(browser.session.state().taps.get("id-1")?.step, "pending");
    browser.socket.welcome();
    assert.deepEqual(browser.socket.sent, [{ type: "open", id: "id-1", cell: 2, at: serverMs }]);
  },
});

Deno.test({
  name: "startSession() forgets a stored tap with its answer",
  permissions,
  fn() {
    const browser = liveBrowser();
    browser.session.tap({ type: "open", cell: 2 });
    assert.equal(browser.storage.texts.size, 1);
    browser.socket.receive({ type: "command", id: "id-1", command: "open", cell: 2, state: "failed" });
    assert.equal(browser.storage.texts.size, 0);
  },
});

Deno.test({
  name: "startSession() works without a storage",
  permissions,
  fn() {
    const clock = new FakeClock();
    const socket = new FakeSocket();
    const session = startSession({
      initial: freshState(),
      storage: () => {
        throw new DOMException("denied", "SecurityError");
      },
      connect: () => socket,
      clock,
      random: () => 0,
      newId: () => "id",
      hasNetwork: () => true,
      onRefused: () => {},
    });
    socket.welcome();
    session.tap({ type: "open", cell: 1 });
    assert.equal(socket.sent.length, 1);
  },
});

Deno.test({
  name: "startSession() notices a dead socket by its silence and ignores it from then on",
  permissions,
  fn() {
    const browser = liveBrowser();
    const dead = browser.socket;
    browser.clock.pass(pingEveryMs);
    assert.deepEqual(dead.sent, [{ type: "ping" }]);
    browser.clock.pass(pongDeadlineMs);
    assert.equal(dead.closed, true);
    assert.equal(browser.connection, "reconnecting");
    dead.receive({ type: "cabinet", online: false });
    dead.end();
    browser.socket.welcome();
    assert.deepEqual([browser.sockets.length, browser.connection], [2, "live"]);
    assert.equal(browser.session.state().cabinet.online, true);
  },
});

Deno.test({
  name: "startSession() stays on a socket that answers its pings",
  permissions,
  fn() {
    const browser = liveBrowser();
    for (let round = 0; round < 10; round++) {
      browser.clock.pass(pingEveryMs);
      browser.socket.receive({ type: "pong", time: 0 });
    }
    assert.deepEqual([browser.sockets.length, browser.connection], [1, "live"]);
  },
});

Deno.test({
  name: "PageSession.onBrowserEvent() shows that the phone has no network, until it has one again",
  permissions,
  fn() {
    const browser = liveBrowser();
    browser.hasNetwork = false;
    browser.session.onBrowserEvent("offline");
    assert.equal(browser.connection, "live", "a socket that may still answer is pinged first");
    browser.clock.pass(pongDeadlineMs);
    assert.equal(browser.connection, "offline-browser");
    browser.hasNetwork = true;
    browser.session.onBrowserEvent("online");
    assert.equal(browser.connection, "reconnecting");
    browser.socket.welcome();
    assert.equal(browser.connection, "live");
  },
});

Deno.test({
  name: "startSession() calls back after three sockets that never opened",
  permissions,
  fn() {
    const browser = new Browser();
    for (let round = 0; round < 3; round++) {
      assert.equal(browser.refusals, 0);
      browser.socket.end();
      if (round < 2) browser.clock.pass(2_000);
    }
    assert.deepEqual([browser.refusals, browser.connection], [1, "reconnecting"]);
  },
});

Deno.test({
  name: "startSession() ignores what is not a message",
  permissions,
  fn() {
    const browser = liveBrowser();
    const before = browser.session.state();
    for (const text of ["", "null", "7", "{}", "{", '{"type":"news"}']) browser.socket.receiveText(text);
    assert.equal(browser.session.state(), before);
  },
});

Deno.test({
  name: "startSession() goes on trying when a socket cannot be made",
  permissions,
  fn() {
    const clock = new FakeClock();
    let made = 0;
    const session = startSession({
      initial: freshState(),
      storage: () => new FakeStorage(),
      connect: () => {
        made++;
        throw new DOMException("insecure", "SecurityError");
      },
      clock,
      random: () => 0,
      newId: () => "id",
      hasNetwork: () => true,
      onRefused: () => {},
    });
    clock.pass(1_000);
    assert.deepEqual([made, session.state().connection], [3, "reconnecting"]);
  },
});

Deno.test({
  name: "startSession() sends a store again with the same id after a reload, and no second one",
  permissions,
  fn() {
    const browser = new Browser(storageState());
    browser.socket.welcome({ mode: "storage" });
    browser.session.tap({ type: "store", size: "M" });
    browser.session.tap({ type: "store", size: "M" });
    browser.load();
    browser.socket.welcome({ mode: "storage" });
    assert.deepEqual(browser.sockets.map(({ sent }) => sent), [
      [{ type: "store", id: "id-1", size: "M", at: serverMs }],
      [{ type: "store", id: "id-1", size: "M", at: serverMs }],
    ]);
  },
});

Deno.test({
  name: "startSession() sends a late store again only if the server surely has it",
  permissions,
  fn() {
    const late = tapAnswerMs + 1;
    const lost = new Browser(storageState());
    lost.socket.welcome({ mode: "storage" });
    lost.session.tap({ type: "store" });
    lost.clock.freeze(late);
    lost.load();
    lost.socket.welcome({ mode: "storage" });
    assert.deepEqual(lost.socket.sent, []);
    lost.load();
    lost.socket.welcome({ mode: "storage" }, [rentalOf("id-1")]);
    assert.deepEqual(lost.socket.sent, [{ type: "store", id: "id-1", at: serverMs }]);
  },
});

Deno.test({
  name: "startSession() keeps a pickup code over a reload, as long as its rental is held",
  permissions,
  fn() {
    const browser = new Browser(storageState([rentalOf("r")]));
    browser.socket.welcome({ mode: "storage" }, [rentalOf("r")]);
    browser.session.tap({ type: "share", rental: "r" });
    const until = new Date(browser.clock.now() + 3_600_000).toISOString();
    browser.socket.receive({ type: "shared", id: "id-1", code: "12345678", until });
    assert.deepEqual(browser.load().state().sharedCodes.map(({ code }) => code), ["12345678"]);
    browser.socket.welcome({ mode: "storage" }, [rentalOf("r", { state: "returning" })]);
    assert.deepEqual(browser.session.state().sharedCodes, []);
    assert.equal(browser.storage.texts.size, 0);
  },
});

Deno.test({
  name: "startSession() asks for a recovery code when a guest has stored something, and for nobody else",
  permissions,
  fn() {
    for (const guest of [true, undefined] as const) {
      const state = storageState();
      const you = { ...state.you, ...guest && { guest } };
      const browser = new Browser({ ...state, you });
      const { socket } = browser;
      socket.open();
      socket.receive({ ...welcomeOf({ mode: "storage" }), you });
      browser.session.tap({ type: "store" });
      socket.receive({ type: "rental", ...rentalOf("id-1") });
      socket.receive({ type: "command", id: "id-1", command: "store", cell: 1, state: "opened" });
      socket.receive({ type: "cabinet", online: true });
      const asked = socket.sent.filter(({ type }) => type === "way-back");
      assert.deepEqual(asked, guest ? [{ type: "way-back", rental: "id-1", id: "id-2" }] : []);
      const news = browser.session.state().notice?.news;
      assert.equal(news?.kind, "outcome", "the news is the store");
    }
  },
});

Deno.test({
  name: "PageSession.close() closes the connection for good",
  permissions,
  fn() {
    const browser = liveBrowser();
    browser.session.close();
    assert.equal(browser.socket.closed, true);
    browser.socket.end();
    browser.session.onBrowserEvent("wake");
    browser.clock.pass(60_000);
    assert.equal(browser.sockets.length, 1);
  },
});

Deno.test({
  name: "PageSession.tap() sends the time of the tap, and the same time to another server",
  permissions,
  fn() {
    const browser = liveBrowser();
    browser.clock.pass(1_500);
    browser.session.tap({ type: "open", cell: 1 });
    browser.clock.pass(500);
    browser.socket.end();
    browser.clock.pass(1_000);
    browser.socket.open();
    browser.socket.receive({ ...welcomeOf(), time: serverMs + 9_000 });
    browser.load();
    browser.socket.welcome();
    const asked = { type: "open", id: "id-1", cell: 1, at: serverMs + 1_500 };
    assert.deepEqual(browser.sockets.map(({ sent }) => sent), [[asked], [asked], [asked]]);
  },
});

Deno.test({
  name: "PageSession.tap() sends no time to a server that tells none, also for a tap that another server got",
  permissions,
  fn() {
    const browser = liveBrowser();
    browser.session.tap({ type: "open", cell: 1 });
    browser.socket.end();
    browser.clock.pass(1_000);
    browser.socket.open();
    const { time: _, ...welcome } = welcomeOf();
    browser.socket.receiveText(JSON.stringify(welcome));
    browser.session.tap({ type: "open", cell: 2 });
    assert.deepEqual(browser.socket.sent, [
      { type: "open", id: "id-1", cell: 1 },
      { type: "open", id: "id-2", cell: 2 },
    ]);
  },
});

Deno.test({
  name: "PageSession.tap() sends no time with a request that opens no door",
  permissions,
  fn() {
    const browser = new Browser(storageState([rentalOf("r")]));
    browser.socket.welcome({ mode: "storage" }, [rentalOf("r")]);
    browser.session.tap({ type: "share", rental: "r" });
    assert.deepEqual(browser.socket.sent, [{ type: "share", id: "id-1", rental: "r" }]);
  },
});

Deno.test({
  name: "startSession() asks for the time at once after a welcome that travelled long",
  permissions,
  fn() {
    const browser = new Browser();
    browser.socket.open();
    browser.clock.pass(promptMs + 2_000);
    browser.socket.welcome();
    browser.clock.pass(0);
    browser.clock.pass(50);
    browser.socket.receive({ type: "pong", time: serverMs + 3_000 });
    browser.session.tap({ type: "open", cell: 1 });
    assert.deepEqual(browser.socket.sent, [
      { type: "ping" },
      { type: "open", id: "id-1", cell: 1, at: serverMs + 3_000 },
    ]);
  },
});

Deno.test({
  name: "startSession() asks for the time when a tap was too old: the next tap uses the answer",
  permissions,
  fn() {
    const browser = liveBrowser();
    // The server's clock was set since.
    const aheadMs = 60_000;
    browser.session.tap({ type: "open", cell: 1 });
    browser.socket.receive({
      type: "command",
      id: "id-1",
      command: "open",
      cell: 1,
      state: "refused",
      reason: "expired",
    });
    browser.clock.pass(50);
    browser.socket.receive({ type: "pong", time: serverMs + aheadMs });
    browser.session.tap({ type: "open", cell: 1 });
    assert.deepEqual(browser.socket.sent.slice(1), [
      { type: "ping" },
      { type: "open", id: "id-2", cell: 1, at: serverMs + aheadMs },
    ]);
    browser.clock.pass(pongDeadlineMs);
    assert.equal(browser.connection, "live");
  },
});

import assert from "node:assert/strict";
import { until } from "../../testing/until.ts";
import {
  FakeClock,
  FakeSocket,
  FakeStorage,
  rentalOf,
  serverMs,
  storageState,
} from "../../testing/rigs/page.ts";
import { actionsOf, type ActionsOptions } from "./actions.ts";
import type { ScanResult } from "./scan.ts";
import { startSession } from "./session.ts";
import { accountAnswerMs } from "./times.ts";

/** A page with one rental, and its actions. */
function page(but: Partial<ActionsOptions> = {}) {
  const clock = new FakeClock();
  const socket = new FakeSocket();
  const storage = new FakeStorage();
  const visited: string[] = [];
  const posts: (readonly [string, RequestInit])[] = [];
  const session = startSession({
    initial: { ...storageState([rentalOf("r")]), connection: "connecting", scan: "yes" },
    storage: () => storage,
    connect: () => socket,
    clock,
    random: () => 0,
    newId: () => "id",
    hasNetwork: () => true,
    onRefused: () => {},
  });
  socket.welcome({ mode: "storage" }, [rentalOf("r")]);
  const actions = actionsOf(session, {
    clock,
    fetch: (url, init) => {
      posts.push([url, init]);
      return Promise.resolve(new Response(null, { status: 204 }));
    },
    copy: () => Promise.resolve(true),
    scan: () => Promise.resolve({ kind: "cancelled" }),
    go: (path) => visited.push(path),
    ...but,
  });
  const result = () => {
    const news = session.state().notice?.news;
    return news?.kind === "result" ? news.result : undefined;
  };
  return { clock, socket, storage, visited, posts, session, actions, result };
}

function answering(body: unknown, status = 200): Pick<ActionsOptions, "fetch"> {
  return { fetch: () => Promise.resolve(Response.json(body, { status })) };
}

Deno.test("Actions.enterCode() sends a code, and shows why another text is not one", () => {
  const { actions, socket, session } = page();
  actions.enterCode("1234 567");
  assert.deepEqual(session.state().notice?.news, { kind: "no-code", digits: 7 });
  assert.deepEqual(socket.sent, []);
  actions.enterCode("1234 5678");
  assert.deepEqual(socket.sent, [{ type: "pickup", id: "id", code: "12345678", at: serverMs }]);
});

Deno.test("Actions.claim() sends a number and a password, and says when they do not have eight digits", () => {
  const { actions, socket, result } = page();
  actions.claim({ number: "1234 5674", secret: "1234 567" });
  assert.equal(result(), "not-eight-digits");
  assert.deepEqual(socket.sent, []);
  actions.claim({ number: "1234 5674", secret: "8765-4321" });
  assert.deepEqual(socket.sent, [{ type: "claim", id: "id", number: "12345674", secret: "87654321" }]);
});

Deno.test("Actions.signOut() says why a guest who rents a cell is not signed out", async () => {
  const { actions, result, session, socket } = page(answering({ error: "holding" }, 409));
  actions.confirmLeaving("leave?");
  assert.equal(session.state().account, "leave?");
  actions.signOut();
  await until(() => result() === "holding");
  assert.deepEqual([session.state().account, socket.closed], ["present", false]);
});

Deno.test("Actions.copy() shows whether it worked", async () => {
  for (const [works, result] of [[true, "copied"], [false, "not-copied"]] as const) {
    const one = page({ copy: () => Promise.resolve(works) });
    one.actions.copy("text");
    await until(() => one.result() === result);
  }
});

Deno.test("Actions.scan() goes to one of the service's cabinets, and shows any other result", async () => {
  const scanned: ScanResult[] = [
    { kind: "cancelled" },
    { kind: "foreign" },
    { kind: "failed" },
    { kind: "cabinet", path: "/c/b" },
  ];
  const { actions, session, visited, result } = page({
    scan: () => Promise.resolve(scanned.shift() ?? { kind: "failed" }),
  });
  for (const expected of [undefined, "scan-foreign", "scan-failed", "scan-failed"]) {
    actions.scan();
    actions.scan();
    assert.equal(session.state().scan, "busy");
    await until(() => session.state().scan === "yes");
    assert.equal(result(), expected);
  }
  assert.deepEqual(visited, ["/c/b"]);
});

Deno.test("Actions.signOut() closes the connection and leaves nothing behind", async () => {
  const { actions, session, socket, storage, posts } = page();
  session.tap({ type: "reopen", rental: "r" });
  assert.equal(storage.texts.size, 1);
  actions.signOut();
  assert.equal(session.state().account, "working");
  await until(() => session.state().account === "signed-out");
  assert.deepEqual([socket.closed, storage.texts.size, session.state().rentals.length], [true, 0, 0]);
  const [[path, init] = []] = posts;
  assert.deepEqual([path, init?.method, init?.headers], ["/me/sign-out", "POST", {
    "content-type": "application/json",
  }]);
});

Deno.test("Actions.signOut() says that it failed, and the page goes on", async () => {
  const lost = page({ fetch: () => Promise.reject(new TypeError("Failed to fetch")) });
  lost.actions.signOut();
  await until(() => lost.result() === "not-signed-out");
  assert.deepEqual([lost.session.state().account, lost.socket.closed], ["present", false]);
  const silent = page({ fetch: () => new Promise(() => {}) });
  silent.actions.signOut();
  silent.clock.pass(accountAnswerMs);
  await until(() => silent.result() === "not-signed-out");
});

Deno.test("Actions.signOut() succeeds when the person was signed out already", async () => {
  const { actions, session } = page(answering({}, 401));
  actions.signOut();
  await until(() => session.state().account === "signed-out");
});

Deno.test("Actions.remove() takes two taps, and says when the person still rents a cell", async () => {
  const removed = page(answering({ removed: true }));
  removed.actions.confirmLeaving("remove?");
  assert.equal(removed.session.state().account, "remove?");
  removed.actions.cancelLeaving();
  assert.equal(removed.session.state().account, "present");
  removed.actions.confirmLeaving("remove?");
  removed.actions.remove();
  await until(() => removed.session.state().account === "removed");
  const leaving = page(answering({ removed: false }));
  leaving.actions.remove();
  await until(() => leaving.result() === "leaving");
  assert.deepEqual([leaving.session.state().account, leaving.socket.closed], ["present", false]);
  const failed = page(answering({}, 500));
  failed.actions.remove();
  await until(() => failed.result() === "not-removed");
});

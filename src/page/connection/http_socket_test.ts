import assert from "node:assert/strict";
import { FakeClock, welcomeOf } from "../../../testing/rigs/page.ts";
import { httpSocket } from "./http_socket.ts";
import { pollEveryMs, postsMax } from "../times.ts";

const permissions = "none";
const WELCOME = `${JSON.stringify(welcomeOf())}\n`;

/** A request, which the test answers. */
interface FakeRequest {
  readonly init: RequestInit;
  readonly answer: (response: Response) => void;
  readonly fail: (error: Error) => void;
}

/** The server's answer. */
function answerOf(body: BodyInit, status = 200): Response {
  return new Response(body, { status, headers: { "content-type": "application/x-ndjson" } });
}

/** A socket whose server is the test. */
function rig() {
  const clock = new FakeClock();
  const requests: FakeRequest[] = [];
  const socket = httpSocket({
    url: "/talk?cabinet=c1",
    clock,
    fetch: (url, init) => {
      assert.equal(url, "/talk?cabinet=c1");
      return new Promise((answer, fail) => {
        init.signal?.addEventListener("abort", () => fail(new Error("aborted")));
        requests.push({ init, answer, fail });
      });
    },
  });
  const events: string[] = [];
  for (const type of ["open", "close"]) socket.addEventListener(type, () => events.push(type));
  socket.addEventListener("message", ({ data }) => events.push(JSON.parse(String(data)).type));
  const bodies = () => requests.map(({ init }) => init.body);
  return { clock, requests, bodies, socket, events };
}

/** Lets everything happen that only waits for its turn. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
}

/** A socket that was welcomed. */
async function opened() {
  const parts = rig();
  parts.requests[0]?.answer(answerOf(WELCOME));
  await settled();
  return parts;
}

function tapOf(id: string): string {
  return JSON.stringify({ type: "open", id, cell: 1 });
}

Deno.test({
  name: "httpSocket() opens with the first welcome and polls every few seconds",
  permissions,
  async fn() {
    const { clock, requests, events } = await opened();
    assert.deepEqual(events, ["open", "welcome"]);
    clock.pass(pollEveryMs - 1);
    assert.equal(requests.length, 1);
    clock.pass(1);
    clock.pass(10 * pollEveryMs);
    assert.equal(requests.length, 2, "one poll at a time");
    requests[1]?.answer(answerOf(WELCOME));
    await settled();
    assert.deepEqual(events, ["open", "welcome", "welcome"]);
  },
});

Deno.test({
  name: "httpSocket() sends a tap once, receives each line as it comes, and then polls at once",
  permissions,
  async fn() {
    const { clock, requests, bodies, socket, events } = await opened();
    socket.send(tapOf("a"));
    socket.send(tapOf("a"));
    assert.deepEqual(bodies(), [undefined, tapOf("a")]);
    assert.deepEqual(requests[1]?.init.headers, { "content-type": "application/json" });
    const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>>();
    const writer = writable.getWriter();
    requests[1]?.answer(answerOf(readable));
    const say = (text: string) => writer.write(new TextEncoder().encode(text));
    await say('{"type":"comm');
    await say('and"}\n{"type":"command"');
    await settled();
    assert.deepEqual(events, ["open", "welcome", "command"]);
    clock.pass(10 * pollEveryMs);
    assert.equal(requests.length, 2, "it does not poll meanwhile");
    await say("}\n");
    await writer.close();
    await settled();
    assert.deepEqual(events, ["open", "welcome", "command", "command"]);
    assert.equal(requests.length, 3);
    requests[2]?.answer(answerOf(WELCOME));
    await settled();
    socket.send(tapOf("a"));
    assert.equal(requests.length, 4, "sent again after its answer");
  },
});

Deno.test({
  name: "httpSocket() reads an answer as a whole in a browser without streams",
  permissions,
  async fn() {
    const { requests, events } = rig();
    const whole = answerOf(`${WELCOME}{"type":"pong"}\n{"type":"cut o`);
    Object.defineProperty(whole, "body", { value: undefined });
    requests[0]?.answer(whole);
    await settled();
    assert.deepEqual(events, ["open", "welcome", "pong"]);
  },
});

Deno.test({
  name: "httpSocket() polls at a ping, and once more when a poll was under way",
  permissions,
  async fn() {
    const { requests, socket } = await opened();
    const ping = () => socket.send('{"type":"ping"}');
    ping();
    ping();
    ping();
    assert.equal(requests.length, 2);
    for (const polls of [3, 3]) {
      requests.at(-1)?.answer(answerOf(WELCOME));
      await settled();
      assert.equal(requests.length, polls);
    }
  },
});

Deno.test({
  name: "httpSocket() sends no tap before it is open, nor too many at once",
  permissions,
  async fn() {
    const { requests, socket } = rig();
    socket.send(tapOf("a"));
    assert.equal(requests.length, 1);
    requests[0]?.answer(answerOf(WELCOME));
    await settled();
    for (let tap = 0; tap < 10; tap++) socket.send(tapOf(`${tap}`));
    assert.equal(requests.length, 1 + postsMax);
  },
});

Deno.test({
  name:
    "httpSocket() closes once when it is refused, when another page answers, and when there is no network",
  permissions,
  async fn() {
    const endings: ((request: FakeRequest) => void)[] = [
      ...[401, 403, 404, 429, 503].map((status) => (request: FakeRequest) =>
        request.answer(answerOf("no", status))
      ),
      ({ answer }) =>
        answer(new Response("<p>Sign in to this Wi-Fi", { headers: { "content-type": "text/html" } })),
      ({ fail }) => fail(new TypeError("Failed to fetch")),
    ];
    for (const end of endings) {
      const refused = rig();
      refused.requests.forEach(end);
      await settled();
      refused.clock.pass(10 * pollEveryMs);
      assert.deepEqual([refused.events, refused.requests.length], [["close"], 1]);

      const { requests, socket, events, clock } = await opened();
      socket.send(tapOf("a"));
      socket.send(tapOf("b"));
      requests.slice(1).forEach(end);
      await settled();
      clock.pass(10 * pollEveryMs);
      assert.deepEqual([events, requests.length], [["open", "welcome", "close"], 3]);
    }
  },
});

Deno.test({
  name: "httpSocket() dispatches nothing more once the page closed it",
  permissions,
  async fn() {
    const { requests, socket, events, clock } = await opened();
    socket.send(tapOf("a"));
    socket.close();
    await settled();
    assert.equal(requests[1]?.init.signal?.aborted, true);
    clock.pass(10 * pollEveryMs);
    assert.deepEqual([events, requests.length], [["open", "welcome"], 2]);
  },
});

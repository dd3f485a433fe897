import assert from "node:assert/strict";
import { FakeClock, welcomeOf } from "../../../testing/rigs/page.ts";
import { httpSocket } from "./http_socket.ts";
import { pollEveryMs, postsMax } from "../times.ts";

const permissions = "none";
const WELCOME = `${JSON.stringify(welcomeOf())}\n`;

/** One request, which the test answers. */
interface Asked {
  readonly init: RequestInit;
  readonly answer: (response: Response) => void;
  readonly fail: (error: Error) => void;
}

/** An answer of the server. */
function talk(body: BodyInit, status = 200): Response {
  return new Response(body, { status, headers: { "content-type": "application/x-ndjson" } });
}

/** A socket whose server is the test. */
function rig() {
  const clock = new FakeClock();
  const asked: Asked[] = [];
  const socket = httpSocket({
    url: "/talk?cabinet=c1",
    clock,
    fetch: (url, init) => {
      assert.equal(url, "/talk?cabinet=c1");
      return new Promise((answer, fail) => {
        init.signal?.addEventListener("abort", () => fail(new Error("aborted")));
        asked.push({ init, answer, fail });
      });
    },
  });
  const heard: string[] = [];
  for (const type of ["open", "close"]) socket.addEventListener(type, () => heard.push(type));
  socket.addEventListener("message", ({ data }) => heard.push(JSON.parse(String(data)).type));
  const bodies = () => asked.map(({ init }) => init.body);
  return { clock, asked, bodies, socket, heard };
}

/** Lets everything happen that waits for nothing but its turn. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
}

/** A socket that was welcomed. */
async function opened() {
  const parts = rig();
  parts.asked[0]?.answer(talk(WELCOME));
  await settled();
  return parts;
}

function tapOf(id: string): string {
  return JSON.stringify({ type: "open", id, cell: 1 });
}

Deno.test({
  name: "httpSocket() opens with the first welcome and looks again every few seconds",
  permissions,
  async fn() {
    const { clock, asked, heard } = await opened();
    assert.deepEqual(heard, ["open", "welcome"]);
    clock.pass(pollEveryMs - 1);
    assert.equal(asked.length, 1);
    clock.pass(1);
    clock.pass(10 * pollEveryMs);
    assert.equal(asked.length, 2, "one look at a time");
    asked[1]?.answer(talk(WELCOME));
    await settled();
    assert.deepEqual(heard, ["open", "welcome", "welcome"]);
  },
});

Deno.test({
  name: "httpSocket() sends a tap once, hears each line as it comes, and then looks at once",
  permissions,
  async fn() {
    const { clock, asked, bodies, socket, heard } = await opened();
    socket.send(tapOf("a"));
    socket.send(tapOf("a"));
    assert.deepEqual(bodies(), [undefined, tapOf("a")]);
    assert.deepEqual(asked[1]?.init.headers, { "content-type": "application/json" });
    const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>>();
    const writer = writable.getWriter();
    asked[1]?.answer(talk(readable));
    const say = (text: string) => writer.write(new TextEncoder().encode(text));
    await say('{"type":"comm');
    await say('and"}\n{"type":"command"');
    await settled();
    assert.deepEqual(heard, ["open", "welcome", "command"]);
    clock.pass(10 * pollEveryMs);
    assert.equal(asked.length, 2, "it does not look meanwhile");
    await say("}\n");
    await writer.close();
    await settled();
    assert.deepEqual(heard, ["open", "welcome", "command", "command"]);
    assert.equal(asked.length, 3);
    asked[2]?.answer(talk(WELCOME));
    await settled();
    socket.send(tapOf("a"));
    assert.equal(asked.length, 4, "asked again when it was answered");
  },
});

Deno.test({
  name: "httpSocket() reads an answer as a whole where a browser has no streams",
  permissions,
  async fn() {
    const { asked, heard } = rig();
    const whole = talk(`${WELCOME}{"type":"pong"}\n{"type":"cut o`);
    Object.defineProperty(whole, "body", { value: undefined });
    asked[0]?.answer(whole);
    await settled();
    assert.deepEqual(heard, ["open", "welcome", "pong"]);
  },
});

Deno.test({
  name: "httpSocket() looks when it is pinged, and once more when it was looking already",
  permissions,
  async fn() {
    const { asked, socket } = await opened();
    const ping = () => socket.send('{"type":"ping"}');
    ping();
    ping();
    ping();
    assert.equal(asked.length, 2);
    for (const looks of [3, 3]) {
      asked.at(-1)?.answer(talk(WELCOME));
      await settled();
      assert.equal(asked.length, looks);
    }
  },
});

Deno.test({
  name: "httpSocket() sends no tap before it is open, nor too many at once",
  permissions,
  async fn() {
    const { asked, socket } = rig();
    socket.send(tapOf("a"));
    assert.equal(asked.length, 1);
    asked[0]?.answer(talk(WELCOME));
    await settled();
    for (let tap = 0; tap < 10; tap++) socket.send(tapOf(`${tap}`));
    assert.equal(asked.length, 1 + postsMax);
  },
});

Deno.test({
  name:
    "httpSocket() closes once when it is refused, when another page answers, and when the network is gone",
  permissions,
  async fn() {
    const endings: ((asked: Asked) => void)[] = [
      ...[401, 403, 404, 429, 503].map((status) => (asked: Asked) => asked.answer(talk("no", status))),
      ({ answer }) =>
        answer(new Response("<p>Sign in to this Wi-Fi", { headers: { "content-type": "text/html" } })),
      ({ fail }) => fail(new TypeError("Failed to fetch")),
    ];
    for (const end of endings) {
      const refused = rig();
      refused.asked.forEach(end);
      await settled();
      refused.clock.pass(10 * pollEveryMs);
      assert.deepEqual([refused.heard, refused.asked.length], [["close"], 1]);

      const { asked, socket, heard, clock } = await opened();
      socket.send(tapOf("a"));
      socket.send(tapOf("b"));
      asked.slice(1).forEach(end);
      await settled();
      clock.pass(10 * pollEveryMs);
      assert.deepEqual([heard, asked.length], [["open", "welcome", "close"], 3]);
    }
  },
});

Deno.test({
  name: "httpSocket() says nothing more once the page hung up",
  permissions,
  async fn() {
    const { asked, socket, heard, clock } = await opened();
    socket.send(tapOf("a"));
    socket.close();
    await settled();
    assert.equal(asked[1]?.init.signal?.aborted, true);
    clock.pass(10 * pollEveryMs);
    assert.deepEqual([heard, asked.length], [["open", "welcome"], 2]);
  },
});

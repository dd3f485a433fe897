import { deepEqual } from "node:assert/strict";
import fc from "fast-check";
import { until } from "../../../testing/until.ts";
import { Client, serve } from "../../../testing/rigs/http_server.ts";
import { SIZE } from "../../../tests/sizes.ts";
import { sized } from "../../../testing/test_run.ts";
import { runSeed } from "../../../testing/chance.ts";

/** What a request asks for: how its body is read, and how it is sent. */
interface Asked {
  readonly read: "at once" | "late" | "slowly";
  readonly bytes: number;
  /** The longest of its chunks; 0: its length is said instead. */
  readonly chunkMax: number;
}

const asked = fc.record({
  read: fc.constantFrom<Asked["read"][]>("at once", "late", "slowly"),
  bytes: fc.constantFrom(0, 1, 3_000, 70_000, 150_000),
  chunkMax: fc.constantFrom(0, 1, 700, 40_000),
});

/** Requests on one connection, and in what pieces they are sent. */
const pipeline = fc.record({
  requests: fc.array(asked, { minLength: 1, maxLength: 6 }),
  pieceBytes: fc.constantFrom(1_400, 2_048, 65_536, Infinity),
});

function textOf({ read, bytes, chunkMax }: Asked, n: number): string {
  const head = `POST /${encodeURIComponent(read)}/${n} HTTP/1.1\r\nHost: k\r\n`;
  if (chunkMax === 0) return `${head}Content-Length: ${bytes}\r\n\r\n${"x".repeat(bytes)}`;
  // A chunk of one byte takes six: not of a long body.
  const size = Math.max(chunkMax, bytes / 5_000);
  const chunks: string[] = [];
  for (let left = bytes; left > 0; left -= size) {
    const length = Math.ceil(Math.min(left, size));
    chunks.push(`${length.toString(16)}\r\n${"x".repeat(length)}\r\n`);
  }
  return `${head}Transfer-Encoding: chunked\r\n\r\n${chunks.join("")}0\r\n\r\n`;
}

/** Reads the body as the path says, and answers with its length. */
async function answer(request: Request): Promise<Response> {
  const [, read, n] = new URL(request.url).pathname.split("/");
  if (read !== "at%20once") await pause(5);
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length;
    if (read === "slowly" && bytes % 16 === 0) await pause(0);
  }
  return new Response(`<${n}: ${bytes}>`);
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

Deno.test(
  sized("HttpServer answers a pipeline in order, whatever is in it and in whatever pieces it comes"),
  async () => {
    using rig = await serve(answer);
    await fc.assert(
      fc.asyncProperty(pipeline, async ({ requests, pieceBytes }) => {
        using client = await Client.connect(rig.port);
        const text = requests.map(textOf).join("");
        const said = (async () => {
          for (let at = 0; at < text.length; at += pieceBytes) {
            await client.say(text.slice(at, at + pieceBytes));
          }
        })();
        const answers = () => [...client.heard.matchAll(/<(\d+): (\d+)>/g)].map(([whole]) => whole);
        await until(() => answers().length === requests.length, { saw: answers });
        await said;
        deepEqual(answers(), requests.map(({ bytes }, n) => `<${n}: ${bytes}>`));
      }),
      { numRuns: SIZE.pipelines, seed: runSeed() },
    );
    deepEqual(rig.hungUp, []);
  },
);

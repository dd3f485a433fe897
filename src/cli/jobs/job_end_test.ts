import { deepEqual, equal, match, rejects } from "node:assert/strict";
import type { Job } from "kaigui-client";
import { fakeService, kaigui, TestIo } from "../../../testing/rigs/cli.ts";
import { ANSWERS } from "../../operator/document/examples/mod.ts";
import { Client } from "../client.ts";
import { sayEnd } from "./job_end.ts";

const ENV = { OPERATOR_TOKEN: "some-token" };
const RUNNING = Object(ANSWERS["Job"]) as Job;
const DONE = { ...RUNNING, state: "done", handled: 40, done: 39 };
const AWAY = () => Response.json({ title: "Away", detail: "The service restarts" }, { status: 503 });

/** A service that gives these answers one after the other, and the last one again and again. */
function serviceThat(...answers: (() => Response)[]) {
  let asked = 0;
  const server = fakeService(() => answers[Math.min(asked++, answers.length - 1)]?.() ?? AWAY());
  return { ...server, asked: () => asked };
}

Deno.test("a job is waited for while the service is away for a moment", async () => {
  const page = () => new Response("<html>", { status: 502 });
  await using server = serviceThat(() => Response.json(RUNNING), AWAY, page, () => Response.json(DONE));
  const args = ["jobs", "show", RUNNING.id, "--wait", "--url", server.url];
  const { out, err, code } = await kaigui(args, new TestIo(ENV));
  deepEqual([code, err], [0, ""]);
  match(out, /^state +done$/m);
  equal(server.asked(), 4);
});

Deno.test("a job is not waited for any more once the service has been away for long, or refuses", async () => {
  const refuses = () => Response.json({ title: "No", detail: "There is no job" }, { status: 404 });
  for (const [answer, says] of [[AWAY, /restarts/], [refuses, /There is no job/]] as const) {
    await using server = serviceThat(answer);
    const io = new TestIo(ENV);
    const saying = { client: Client.of({ url: server.url }, io), json: false, io, silenceMs: 0 };
    await rejects(() => sayEnd(RUNNING, saying), says);
    equal(server.asked(), 1);
  }
});

Deno.test("a job is told as far as it was seen when the person ends the command", async () => {
  const io = new TestIo(ENV);
  await using server = serviceThat(() => {
    io.interrupt();
    return Response.json(RUNNING);
  });
  const { out, code } = await kaigui(["jobs", "show", RUNNING.id, "--wait", "--url", server.url], io);
  equal(code, 1);
  match(out, /^state +running$/m);
  equal(server.asked(), 1);
});

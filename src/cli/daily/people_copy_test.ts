import { deepEqual, equal, match } from "node:assert/strict";
import { fakeService, kaigui, TestIo } from "../../../testing/rigs/cli.ts";
import { tempFolder } from "../../../testing/folders.ts";

const ENV = { OPERATOR_TOKEN: "some-token" };
const JSON_TYPE = { headers: { "content-type": "application/json" } };
const PERSON = crypto.randomUUID();

/** A service that begins an answer, and goes on with `then`. */
function serviceThat(then: (controller: ReadableStreamDefaultController<Uint8Array>) => void) {
  let sent = 0;
  return fakeService(() =>
    new Response(
      new ReadableStream<Uint8Array>({
        pull(controller) {
          if (sent++ === 0) return controller.enqueue(new TextEncoder().encode('{"at":"门'));
          return then(controller);
        },
      }),
      JSON_TYPE,
    )
  );
}

/** Copies the person to standard output. */
async function copied(url: string, io = new TestIo(ENV)) {
  return { ...await kaigui(["people", "copy", PERSON, "--url", url], io), sent: io.sent };
}

/** A service that gives a whole copy. */
function wholeService() {
  return serviceThat((controller) => {
    controller.enqueue(new TextEncoder().encode('"}\n'));
    controller.close();
  });
}

Deno.test("people copy writes what comes, and no more", async () => {
  await using server = wholeService();
  const { code, sent, out, err } = await copied(server.url);
  deepEqual([code, sent, out, err], [0, '{"at":"门"}\n', "", ""]);
});

Deno.test("people copy makes a file that its owner alone can read, whatever an interrupted one left", {
  ignore: Deno.build.os === "windows",
}, async () => {
  await using folder = await tempFolder();
  const file = `${folder.path}/copy.json`;
  for (const left of [undefined, `${file}.part`]) {
    if (left !== undefined) {
      await Deno.writeTextFile(left, "half of it");
      await Deno.chmod(left, 0o644);
    }
    await using server = wholeService();
    const args = ["people", "copy", PERSON, "--out", file, "--url", server.url];
    equal((await kaigui(args, new TestIo(ENV))).code, 0);
    equal(await Deno.readTextFile(file), '{"at":"门"}\n');
    equal(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o600);
  }
});

Deno.test("people copy leaves the previous file where the answer breaks off", async () => {
  await using folder = await tempFolder();
  const file = `${folder.path}/copy.json`;
  await Deno.writeTextFile(file, "before");
  await using server = serviceThat((controller) => controller.error(new Error("gone")));
  const args = ["people", "copy", PERSON, "--out", file, "--url", server.url];
  const { code, out, err } = await kaigui(args, new TestIo(ENV));
  deepEqual([code, out], [1, ""]);
  match(err, /^error: The answer of \S+ broke off$/);
  equal(await Deno.readTextFile(file), "before");
  deepEqual((await Array.fromAsync(Deno.readDir(folder.path))).length, 1);
});

Deno.test("people copy ends when the person interrupts it, also while nothing comes", async () => {
  const io = new TestIo(ENV);
  const stalled = Promise.withResolvers<void>();
  await using server = serviceThat(() => {
    stalled.resolve();
    return new Promise<void>(() => {});
  });
  const running = copied(server.url, io);
  await stalled.promise;
  io.interrupt();
  const { code, err } = await running;
  deepEqual([code, err], [1, "error: Interrupted: the copy is not complete"]);
});

Deno.test("people copy takes no page of somebody else for a copy", async () => {
  const html = { headers: { "content-type": "text/html" } };
  await using server = fakeService(() => new Response("<html>", html));
  const { code, sent, err } = await copied(server.url);
  deepEqual([code, sent], [1, ""]);
  match(err, /answers, but not as Kaigui does/);
});

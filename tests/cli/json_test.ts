import { deepEqual, equal, match } from "node:assert/strict";
import { kaigui, TestIo, testService } from "../../testing/rigs/cli.ts";

const UUID = /^[0-9a-f-]{36}$/;

/** What commands say with `--json`, and nothing beside it. */
function jsonTest(
  name: string,
  fn: (
    json: (line: string, io?: TestIo) => Promise<Record<string, unknown>>,
    env: Record<string, string>,
  ) => Promise<void>,
): void {
  Deno.test(name, async () => {
    await using test = await testService();
    await fn(async (line, io = new TestIo(test.env)) => {
      const { code, out, err } = await kaigui([...line.split(" "), "--json"], io);
      deepEqual([code, err], [0, ""], line);
      return JSON.parse(out);
    }, test.env);
  });
}

jsonTest("cabinet add --json is the cabinet, with a secret that was made for it", async (json) => {
  const made = await json("cabinet add s --name S --board kaigui --mode open --cells 2 --new-secret");
  deepEqual([made["id"], made["board"], made["hasSecret"]], ["s", "kaigui", true]);
  match(String(made["secret"]), /^[\w-]{32}$/);
  const again = await json("cabinet add s --name T --board kaigui --mode open --cells 2 --replace");
  deepEqual([again["name"], "secret" in again], ["T", false]);
  deepEqual((await json("cabinet set s --name U"))["name"], "U");
  deepEqual(await json("cabinet remove s --yes"), { id: "s", removed: true });
});

jsonTest("token create --json has the token, and token revoke --json its id", async (json) => {
  const { id, token, name, role } = await json("token create --name bot --role viewer");
  match(String(token), /^kg_\w+$/);
  deepEqual([name, role], ["bot", "viewer"]);
  deepEqual(await json("token revoke bot"), { id, revoked: true });
});

jsonTest("staff's commands say with --json what the service answers, links included", async (json, env) => {
  const { id, link, role } = await json("staff invite --role viewer");
  match(String(id), UUID);
  match(String(link), /^http:\/\/\S+#\S+$/);
  equal(role, "viewer");
  deepEqual(await json(`staff uninvite ${id}`), { id, removed: true });

  const { link: taken } = await json("staff invite --role viewer");
  const io = new TestIo(env);
  io.input = "a good password";
  const { out, err } = await kaigui(
    ["staff", "accept", String(taken), "--login", "li@example.com", "--name", "Li", "--json"],
    io,
  );
  equal(JSON.parse(out).login, "li@example.com");
  equal(err, "A new account: viewer of organization main");
  const changed = await json("staff role li@example.com attendant");
  deepEqual([changed["login"], changed["role"]], ["li@example.com", "attendant"]);
  match(String((await json("staff reset li@example.com"))["link"]), /#/);
  deepEqual(await json("staff remove li@example.com --yes"), { id: changed["id"], removed: true });
});

jsonTest("organization create and change say with --json how it is now", async (json) => {
  const { id, name, timeZone } = await json("organization create acme --name Acme");
  deepEqual([id, name, timeZone], ["acme", "Acme", "Asia/Shanghai"]);
  const changed = await json("organization change --name Anew --organization acme");
  deepEqual([changed["id"], changed["name"]], ["acme", "Anew"]);
});

import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { TestIo } from "../../testing/rigs/cli.ts";
import { tempFolder } from "../../testing/folders.ts";
import { Failure } from "./io.ts";
import { findToken, forgetToken, keepToken } from "./tokens.ts";

const URL = "http://127.0.0.1:8080";

Deno.test("findToken() is OPERATOR_TOKEN, then what login kept for that URL, then what the data folder keeps", async () => {
  await using folder = await tempFolder();
  const env = { DATA_DIR: folder.path, HOME: `${folder.path}/home` };
  const token = async (env: Record<string, string>, url = URL) =>
    (await findToken(url, new TestIo(env))).token;
  await rejects(
    token(env),
    new Failure(
      `No token for ${URL}: ${folder.path}/operator.token is not there; set OPERATOR_TOKEN, or DATA_DIR to the ` +
        "service's folder, or give a token to deno task kaigui login",
    ),
  );
  await Deno.writeTextFile(`${folder.path}/operator.token`, "folder-token\n");
  equal(await token(env), "folder-token");
  await keepToken(URL, "kept-token", new TestIo(env));
  equal(await token(env), "kept-token");
  equal(await token(env, "https://other.example/x"), "folder-token");
  equal(await token({ ...env, OPERATOR_TOKEN: " said-token " }), "said-token");
});

Deno.test("keepToken() lets nobody else read the token, in whatever place", async () => {
  await using folder = await tempFolder();
  for (
    const [env, config] of [
      [{ XDG_CONFIG_HOME: `${folder.path}/x`, HOME: "/nowhere" }, `${folder.path}/x`],
      [{ HOME: `${folder.path}/h` }, `${folder.path}/h/.config`],
      [{ USERPROFILE: `${folder.path}/u` }, `${folder.path}/u/.config`],
    ] as const
  ) {
    const io = new TestIo(env);
    await keepToken(URL, "first", io);
    const [file, ...more] = await Array.fromAsync(Deno.readDir(`${config}/kaigui/tokens`));
    deepEqual([file?.name, more], [encodeURIComponent(URL), []]);
    const path = `${config}/kaigui/tokens/${file?.name}`;
    await Deno.chmod(path, 0o644);
    await keepToken(URL, "second", io);
    equal(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
    equal(((await Deno.stat(`${config}/kaigui/tokens`)).mode ?? 0) & 0o777, 0o700);
    equal(await Deno.readTextFile(path), "second\n");
  }
});

Deno.test("keepToken() says where it cannot keep a token", async () => {
  await using folder = await tempFolder();
  await Deno.writeTextFile(`${folder.path}/file`, "");
  await rejects(keepToken(URL, "x", new TestIo({ XDG_CONFIG_HOME: `${folder.path}/file` })), (error) => {
    match(String(error), /Cannot keep the token in .*\/file\/kaigui\/tokens: /);
    return error instanceof Failure;
  });
  await rejects(keepToken(URL, "x", new TestIo()), /set XDG_CONFIG_HOME or HOME/);
});

Deno.test("forgetToken() forgets the token of that service alone", async () => {
  await using folder = await tempFolder();
  const io = new TestIo({ HOME: folder.path, DATA_DIR: folder.path });
  await keepToken(URL, "one", io);
  await keepToken("https://other.example", "other", io);
  equal(await forgetToken(URL, io), true);
  equal(await forgetToken(URL, io), false);
  await rejects(findToken(URL, io), /No token/);
  deepEqual(await findToken("https://other.example", io), {
    token: "other",
    from: "that deno task kaigui login kept",
  });
});

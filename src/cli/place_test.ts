import { equal, rejects, throws } from "node:assert/strict";
import { tempFolder, TestIo } from "../../testing/rigs/cli.ts";
import { Failure, UsageError } from "./io.ts";
import { operatorToken, serviceUrl } from "./place.ts";

function pure(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

pure("serviceUrl() is --url, then KAIGUI_URL, then this machine and PORT", () => {
  equal(serviceUrl({}, new TestIo()), "http://127.0.0.1:8080");
  const env = { PORT: "9000" };
  equal(serviceUrl({}, new TestIo(env)), "http://127.0.0.1:9000");
  equal(serviceUrl({}, new TestIo({ ...env, KAIGUI_URL: "https://k.example/" })), "https://k.example");
  equal(serviceUrl({ url: "http://[::1]:1/x//" }, new TestIo({ KAIGUI_URL: "no" })), "http://[::1]:1/x");
});

pure("serviceUrl() refuses what is no URL, and a port that nobody knows", () => {
  throws(() => serviceUrl({ url: "localhost:8080" }, new TestIo()), UsageError);
  throws(() => serviceUrl({}, new TestIo({ KAIGUI_URL: "k" })), UsageError);
  throws(() => serviceUrl({}, new TestIo({ PORT: "0" })), /say --url/);
  throws(() => serviceUrl({}, new TestIo({ PORT: "x" })), Failure);
});

Deno.test("operatorToken() is OPERATOR_TOKEN, then what the data folder keeps", async () => {
  await using folder = await tempFolder();
  const env = { DATA_DIR: folder.path };
  await rejects(operatorToken(new TestIo(env)), /operator\.token is not there; set OPERATOR_TOKEN/);
  await Deno.writeTextFile(`${folder.path}/operator.token`, "kept-token\n");
  equal(await operatorToken(new TestIo(env)), "kept-token");
  equal(await operatorToken(new TestIo({ ...env, OPERATOR_TOKEN: "said-token" })), "said-token");
});

import { deepEqual, rejects } from "node:assert/strict";
import { TestIo, until } from "../../testing/rigs/cli.ts";
import { Failure } from "./io.ts";
import { watch } from "./watch.ts";

Deno.test("watch() looks again and again, through failures, until it is ended", async () => {
  const io = new TestIo();
  let looks = 0;
  const look = () => {
    looks++;
    return looks === 2 ? Promise.reject(new Failure("away")) : Promise.resolve(`look ${looks}`);
  };
  const watching = watch(look, io, 1);
  await until(() => io.out.length >= 3, () => io.out);
  io.interrupt();
  await watching;
  deepEqual(io.out.slice(0, 3), ["look 1\n", "error: away\n", "look 3\n"]);
});

Deno.test("watch() fails when the first look fails, and on what is not a failure of the service", async () => {
  await rejects(watch(() => Promise.reject(new Failure("away")), new TestIo(), 1), /away/);
  let looks = 0;
  const odd = () => looks++ === 0 ? Promise.resolve("fine") : Promise.reject(new TypeError("odd"));
  await rejects(watch(odd, new TestIo(), 1), TypeError);
});

Deno.test("watch() does not wait for a look that takes long when it is ended", async () => {
  const io = new TestIo();
  let looks = 0;
  const never = () => looks++ === 0 ? Promise.resolve("first") : new Promise<string>(() => {});
  const watching = watch(never, io, 1);
  await until(() => looks === 2);
  io.interrupt();
  await watching;
  deepEqual(io.out, ["first\n"]);
});

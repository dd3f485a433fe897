import { deepEqual, equal, match, notEqual, rejects } from "node:assert/strict";
import { TestIo } from "../../../testing/rigs/cli.ts";
import { secretOf, withSecret } from "./cabinet_body.ts";
import { UsageError } from "../io.ts";

function pure(name: string, fn: () => Promise<void> | void): void {
  Deno.test({ name, permissions: "none", fn });
}

function ioWith(input: string): TestIo {
  const io = new TestIo();
  io.input = input;
  return io;
}

pure("secretOf() makes another secret each time", async () => {
  const [one, other] = [
    await secretOf({ newSecret: true }, ioWith("")),
    await secretOf({ newSecret: true }, ioWith("")),
  ];
  match(one ?? "", /^[\w-]{32}$/);
  notEqual(one, other);
});

pure("secretOf() reads a secret without the line end behind it", async () => {
  for (const end of ["", "\n", "\r\n"]) {
    equal(await secretOf({ secretFile: "-" }, ioWith(`0123456789abcdef${end}`)), "0123456789abcdef");
  }
  equal(await secretOf({ secretFile: "-" }, ioWith("a b \n\n")), "a b \n");
});

pure("secretOf() has none where none was asked for", async () => {
  equal(await secretOf({ file: "-" }, ioWith("0123456789abcdef")), undefined);
});

pure("secretOf() says what is wrong with where the secret comes from", async () => {
  await rejects(
    secretOf({ file: "-", secretFile: "-" }, ioWith("{}")),
    new UsageError("--file and --secret-file cannot both read standard input"),
  );
  await rejects(secretOf({ secretFile: "secret" }, ioWith("")), /Cannot read secret: only files below/);
});

pure("withSecret() adds the secret to a description, and leaves anything else as it is", () => {
  deepEqual(withSecret({ name: "A", secret: "old" }, "new"), { name: "A", secret: "new" });
  deepEqual(withSecret({ name: "A" }, undefined), { name: "A" });
  for (const none of [null, 7, "text"]) equal(withSecret(none, "new"), none);
});

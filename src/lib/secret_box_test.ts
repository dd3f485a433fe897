import { equal, match, notEqual, rejects } from "node:assert/strict";
import { createDecipheriv, hkdfSync } from "node:crypto";
import { SecretBox, UnreadableSecretError } from "./secret_box.ts";

const SECRET = "kX3vQ9mT7pLw2RzN8sYb";
const OWNER = "cabinet lobby";
const box = new SecretBox("session-secret-of-the-tests");
// Its key is derived in the background: not in the middle of the first test.
await box.seal("", "");
// Its key is derived now: while a test runs, the sanitizer would take that for a leak.
await box.seal(SECRET, OWNER);

function pure(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, permissions: "none", fn });
}

pure("SecretBox.open() gives back what was sealed for that owner, and nothing else", async () => {
  const sealed = await box.seal(SECRET, OWNER);
  equal(await box.open(sealed, OWNER), SECRET);
  equal(await new SecretBox("session-secret-of-the-tests").open(sealed, OWNER), SECRET, "after a restart");
  await rejects(box.open(sealed, "cabinet lobby2"), UnreadableSecretError);
  await rejects(new SecretBox("session-secret-of-others").open(sealed, OWNER), /another SESSION_SECRET/);
});

pure("SecretBox.open() takes nothing in which one character is another", async () => {
  const sealed = await box.seal(SECRET, OWNER);
  for (let index = 0; index < sealed.length; index++) {
    const other = sealed[index] === "0" ? "1" : "0";
    const changed = sealed.slice(0, index) + other + sealed.slice(index + 1);
    await rejects(box.open(changed, OWNER), UnreadableSecretError, `${index}`);
  }
  for (const odd of ["", "1.", "1.00", SECRET, sealed.slice(2), `${sealed}00`, sealed.replace("1.", "2.")]) {
    await rejects(box.open(odd, OWNER), UnreadableSecretError, odd);
  }
});

pure("SecretBox.seal() tells nothing, never the same way twice", async () => {
  const sealed = await box.seal(SECRET, OWNER);
  match(sealed, /^1\.[0-9a-f]+$/);
  notEqual(sealed, await box.seal(SECRET, OWNER));
  equal(sealed.includes(new TextEncoder().encode(SECRET).toHex()), false);
});

pure("SecretBox.seal() is AES-256-GCM with a key by HKDF, as another program would open it", async () => {
  const bytes = Uint8Array.fromHex((await box.seal(SECRET, OWNER)).slice(2));
  const key = hkdfSync("sha256", "session-secret-of-the-tests", "", "kaigui secret box", 32);
  const decipher = createDecipheriv("aes-256-gcm", new Uint8Array(key), bytes.slice(0, 12));
  decipher.setAAD(new TextEncoder().encode(OWNER));
  decipher.setAuthTag(bytes.slice(-16));
  equal(decipher.update(bytes.slice(12, -16), undefined, "utf8") + decipher.final("utf8"), SECRET);
});

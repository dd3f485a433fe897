import { deepEqual, equal, throws } from "node:assert/strict";
import { readSettings, SETTING_NAMES, SettingsError } from "./settings.ts";

function read(env: Record<string, string>): ReturnType<typeof readSettings> {
  return readSettings((name) => env[name]);
}

Deno.test({
  name: "readSettings() has a default for everything but secrets",
  permissions: "none",
  fn() {
    deepEqual(read({}), {
      host: "0.0.0.0",
      port: 8080,
      devicePort: 8282,
      publicUrl: undefined,
      dataDir: "./data",
      sessionSecret: undefined,
      operatorToken: undefined,
      guestLogin: false,
      isolates: 1,
    });
  },
});

Deno.test({
  name: "readSettings() takes an empty value as unset and trims",
  permissions: "none",
  fn() {
    const settings = read({ PORT: "", HOST: " 127.0.0.1 ", PUBLIC_URL: "https://k.example/" });
    equal(settings.port, 8080);
    equal(settings.host, "127.0.0.1");
    equal(settings.publicUrl, "https://k.example");
  },
});

Deno.test({
  name: "readSettings() tells all mistakes at once and no secret",
  permissions: "none",
  fn() {
    const env = {
      PORT: "http",
      DEVICE_PORT: "65536",
      GUEST_LOGIN: "yes",
      SESSION_SECRET: "hunter2",
      PUBLIC_URL: "k",
    };
    throws(() => read(env), (error) => {
      equal(error instanceof SettingsError, true);
      const message = String(error);
      for (const name of Object.keys(env)) equal(message.includes(name), true, name);
      equal(message.includes("hunter2"), false);
      return true;
    });
  },
});

Deno.test({
  name: "readSettings() refuses the same port for both, and what this version cannot do",
  permissions: "none",
  fn() {
    throws(() => read({ PORT: "9000", DEVICE_PORT: "9000" }), /the same as PORT/);
    throws(() => read({ DATABASE_URL: "postgres://db/kaigui" }), /no Postgres yet/);
    throws(() => read({ ISOLATES: "0" }), /from 1 to/);
    equal(read({ PORT: "0", DEVICE_PORT: "0", ISOLATES: "4" }).isolates, 4);
  },
});

Deno.test({
  name: "readSettings() asks for no name that is not listed for the permissions",
  permissions: "none",
  fn() {
    const asked = new Set<string>();
    readSettings((name) => void asked.add(name));
    deepEqual([...asked].sort(), [...SETTING_NAMES].sort());
  },
});

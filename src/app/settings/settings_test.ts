import { deepEqual, equal, throws } from "node:assert/strict";
import config from "../../../deno.json" with { type: "json" };
import { readSettings, SettingsError } from "./settings.ts";

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
      deviceTls: undefined,
      deviceProxies: [],
      publicUrl: undefined,
      dataDir: "./data",
      databaseUrl: undefined,
      sessionSecret: undefined,
      operatorToken: undefined,
      guestLogin: false,
      keepDays: {},
      trustedProxies: 0,
      metricsFrom: ["127.0.0.0/8", "::1"],
      isolates: 1,
      nats: undefined,
      wechat: undefined,
      tcpRetries: undefined,
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
      DATABASE_URL: "mysql://kaigui:hunter3@db/kaigui",
      KEEP_DAYS: "commands=soon",
      TRUSTED_PROXIES: "10",
    };
    throws(() => read(env), (error) => {
      equal(error instanceof SettingsError, true);
      const message = String(error);
      for (const name of Object.keys(env)) equal(message.includes(name), true, name);
      equal(/hunter[23]/.test(message), false, message);
      return true;
    });
  },
});

Deno.test({
  name:
    "readSettings() refuses secrets of less than 16 characters, says what to do, and does not repeat them",
  permissions: "none",
  fn() {
    for (const name of ["OPERATOR_TOKEN", "SESSION_SECRET"]) {
      throws(() => read({ [name]: "fifteen-letters" }), (error) => {
        const mistake =
          `${name}: is shorter than 16 characters; take a random one, as openssl rand -base64 32 makes it`;
        equal(String(error), `SettingsError: ${mistake}`);
        return true;
      });
    }
    equal(read({ OPERATOR_TOKEN: "sixteen--letters" }).operatorToken, "sixteen--letters");
  },
});

Deno.test({
  name: "readSettings() refuses an operator's token that no header can carry, and does not repeat it",
  permissions: "none",
  fn() {
    for (
      const wrong of [
        "密码密码密码密码密码密码密码密码密码",
        "a token with spaces",
        "sixteen-letters-é",
        "sixteen\tletters-x",
      ]
    ) {
      throws(() => read({ OPERATOR_TOKEN: wrong }), (error) => {
        equal(
          String(error),
          "SettingsError: OPERATOR_TOKEN: has characters other than visible ASCII, which a header cannot carry",
        );
        return true;
      });
    }
    equal(read({ OPERATOR_TOKEN: "!sixteen~letters" }).operatorToken, "!sixteen~letters");
    equal(
      read({ SESSION_SECRET: "密码密码密码密码密码密码密码密码密码" }).sessionSecret?.length,
      18,
      "it is sent nowhere",
    );
  },
});

Deno.test({
  name: "readSettings() refuses the same port twice, and so many isolates that it is a slip",
  permissions: "none",
  fn() {
    throws(() => read({ PORT: "9000", DEVICE_PORT: "9000" }), /the same as PORT/);
    const tls = { DEVICE_TLS_CERT: "cert.pem", DEVICE_TLS_KEY: "key.pem" };
    for (const taken of ["8080", "8282"]) {
      throws(() => read({ DEVICE_TLS_PORT: taken, ...tls }), /the same as PORT or DEVICE_PORT/);
    }
    throws(() => read({ ISOLATES: "0" }), /from 1 to/);
    equal(read({ PORT: "0", DEVICE_PORT: "0", ISOLATES: "4" }).isolates, 4);
  },
});

Deno.test({
  name: "readSettings() takes TLS for devices whole, and says what is missing",
  permissions: "none",
  fn() {
    const env = { DEVICE_TLS_PORT: "0", DEVICE_TLS_CERT: "tls/cert.pem", DEVICE_TLS_KEY: "tls/key.pem" };
    deepEqual(read(env).deviceTls, { port: 0, certificate: "tls/cert.pem", key: "tls/key.pem" });
    for (const name of Object.keys(env)) {
      const others = { ...env, [name]: "" };
      throws(() => read(others), new RegExp(`^SettingsError: ${name}: is missing; TLS needs [^\\n]*$`));
    }
    throws(
      () => read({ ...env, DEVICE_TLS_PORT: "tls" }),
      /^SettingsError: DEVICE_TLS_PORT: "tls" is not a port/,
    );
  },
});

Deno.test({
  name: "readSettings() takes a NATS, and then wants the database that all its programs share",
  permissions: "none",
  fn() {
    const database = { DATABASE_URL: "postgres://db/kaigui", SESSION_SECRET: "a secret of the fleet" };
    const { nats } = read({
      NATS_URL: "nats://a:4222,tls://user:hunter2@b",
      NATS_CA: "data/ca.pem",
      ...database,
    });
    deepEqual(nats, {
      url: "nats://a:4222,tls://user:hunter2@b",
      prefix: "kaigui",
      credentials: undefined,
      authority: "data/ca.pem",
    });
    throws(() => read({ NATS_URL: "nats://a" }), /needs DATABASE_URL/);
    throws(() => read({ NATS_URL: "http://a:hunter2@b", ...database }), /^(?!.*hunter2).*is not a nats:/s);
    throws(() => read({ NATS_PREFIX: "kai gui.>", ...database }), /has characters other than/);
  },
});

Deno.test({
  name: "readSettings() takes a Postgres, and then wants the secret that all its programs share",
  permissions: "none",
  fn() {
    const env = { DATABASE_URL: "postgres://kaigui:hunter2@db/kaigui" };
    throws(() => read(env), /^SettingsError: SESSION_SECRET: has to be set where DATABASE_URL is/);
    const settings = read({ ...env, SESSION_SECRET: "a secret of all programs" });
    equal(settings.databaseUrl, env.DATABASE_URL);
    const other = { DATABASE_URL: "postgresql://db", SESSION_SECRET: "a secret of all programs" };
    equal(read(other).databaseUrl, "postgresql://db");
  },
});

Deno.test({
  name: "readSettings() reads how many days each kind of record is kept",
  permissions: "none",
  fn() {
    const { keepDays } = read({ KEEP_DAYS: "commands=90, events.reminder=30,codes=0" });
    deepEqual(keepDays, { commands: 90, "events.reminder": 30, codes: 0 });
    for (const wrong of ["commands", "commands=", "=90", "commands=-1", "commands=1.5", "commands=90,"]) {
      throws(() => read({ KEEP_DAYS: wrong }), /^SettingsError: KEEP_DAYS: ".*" is not like commands=400$/);
    }
  },
});

Deno.test({
  name: "readSettings() takes from 0 to 9 trusted proxies",
  permissions: "none",
  fn() {
    equal(read({ TRUSTED_PROXIES: "0" }).trustedProxies, 0);
    equal(read({ TRUSTED_PROXIES: "9" }).trustedProxies, 9);
    for (const wrong of ["10", "-1", "one", "1.0"]) {
      throws(() => read({ TRUSTED_PROXIES: wrong }), /is not a number from 0 to 9/);
    }
  },
});

Deno.test({
  name: "readSettings() takes lists of addresses and networks",
  permissions: "none",
  fn() {
    const list = ["10.83.0.2", "172.16.0.0/12", "2001:db8::/32"];
    const { deviceProxies, metricsFrom } = read({
      DEVICE_PROXIES: list.join(),
      METRICS_FROM: list.join(", "),
    });
    deepEqual([deviceProxies, metricsFrom], [list, list]);
    deepEqual(read({ METRICS_FROM: "none" }).metricsFrom, []);
    for (const name of ["DEVICE_PROXIES", "METRICS_FROM"]) {
      for (const wrong of ["balancer", "10.0.0.0/33", "10.0.0.1,", "10.0.0.1 10.0.0.2"]) {
        throws(
          () => read({ [name]: wrong }),
          new RegExp(`^SettingsError: ${name}: "[^"]*" is neither an address`),
          wrong,
        );
      }
    }
  },
});

Deno.test({
  name: "readSettings() ignores what it cannot understand of the kernel: no person has set it",
  permissions: "none",
  fn() {
    deepEqual(read({ KERNEL_TCP_RETRIES: "15 0" }).tcpRetries, { open: 15, closed: 8 });
    equal(read({ KERNEL_TCP_RETRIES: "cat: no such file" }).tcpRetries, undefined);
  },
});

/** The settings: all names that {@linkcode readSettings} asks for. */
const asked = new Set<string>();
readSettings((name) => void asked.add(name));

Deno.test({
  name: "the service may read every setting",
  permissions: "none",
  fn() {
    const readable = new Set(config.permissions.service.env);
    deepEqual([...asked].filter((name) => !readable.has(name)), []);
  },
});

Deno.test({
  name: "readSettings() asks for no name that is not listed for the permissions",
  permissions: "none",
  fn() {
    const drivers = /^(PG|NODE_PG_|WS_|USER$)/;
    const listed = config.permissions.service.env.filter((name) => !drivers.test(name));
    deepEqual([...asked].sort(), listed.sort());
  },
});

/**
 * A server that echoes WebSocket messages, for `edge.ts`: `edge` is the program's own server, `deno` is `Deno.serve`,
 * which the program used before.
 *
 * @module
 */
import { Hono } from "hono";
import { upgradeWebSocket as upgradeOfDeno } from "hono/deno";
import { HttpServer } from "../src/http/server/mod.ts";
import { HTTP } from "../src/lib/limits.ts";
import { upgradeWebSocket } from "../src/http/websocket_guard.ts";
import { say } from "./_rig.ts";

const HOST = { hostname: "127.0.0.1", port: 0 };

const app = new Hono();
if (Deno.args[0] === "deno") {
  app.get("/", upgradeOfDeno(() => ({ onMessage: ({ data }, socket) => socket.send(String(data)) })));
  say(`${Deno.serve({ ...HOST, onListen: () => {} }, app.fetch).addr.port}`);
} else {
  app.get("/", upgradeWebSocket(() => ({ onMessage: ({ data }, socket) => socket.send(String(data)) })));
  const server = await HttpServer.listen(app.fetch, {
    ...HOST,
    isolates: 1,
    backlog: 256,
    limits: { max: 10_000, perNetworkMax: () => 10_000 },
    times: HTTP,
    sockets: { total: 0, add: () => {} },
    hungUp: () => {},
    failed: () => {},
    now: () => performance.now(),
  });
  say(`${server.addr.port}`);
}

/**
 * Every route that is declared, on the running program: it is there, and answers what it declares.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { ROUTES } from "../../src/operator/contract/mod.ts";
import { isDeclared, routeOf } from "../../testing/declared_answers.ts";
import { TOKEN } from "../../testing/harness.ts";
import { does, idOf, operated } from "../../testing/operator_rig.ts";
import { testOnEach } from "../../testing/servers/databases.ts";

testOnEach("every route answers what it declares", async (database, stack) => {
  const { program, person } = await operated(database, stack);
  const answered = new Set<string>();
  /** Calls a route that must say yes, and remembers it. */
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${program.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}` },
      ...body === undefined ? {} : { body: JSON.stringify(body) },
    });
    const type = response.headers.get("content-type") ?? "";
    const bytes = await response.bytes();
    const text = new TextDecoder().decode(bytes);
    const json = type.includes("json") && !path.startsWith("/openapi") ? JSON.parse(text) : undefined;
    isDeclared(method, path, { status: response.status, type, body: json });
    equal(response.ok || json?.confirm !== undefined, true, `${method} ${path}: ${response.status} ${text}`);
    answered.add(`${method} ${routeOf(method, path)?.path}`);
    return json;
  };

  const hall = { name: "Hall", board: "8a", mode: "assigned", cells: { count: 2 } };
  await call("PUT", "/cabinets/hall", hall);
  const seen = await call("GET", "/cabinets/hall");
  deepEqual(await call("PUT", "/cabinets/hall", seen), seen);
  for (const picture of ["svg", "png"]) await call("GET", `/cabinets/hall/qr.${picture}`);
  await call("GET", "/posters?cabinet=hall");

  const ann = await person();
  const permit = await call("POST", "/cabinets/hall/permits", { person: idOf(ann), cells: "all" });
  await call("GET", `/permits/${permit.id}`);
  await call("GET", "/cabinets/hall/permits");
  await call("DELETE", `/permits/${permit.id}`);

  const command = await call("POST", "/cabinets/cab/cells/7/open", { reason: "look" });
  await call("GET", `/commands/${command.id}`);
  for (const act of ["disable", "enable", "clean"]) await call("POST", `/cabinets/cab/cells/7/${act}`, {});

  for (let n = 0; n < 3; n++) await does(ann, { type: "store" });
  const { items: [rental, other] } = await call("GET", "/rentals");
  await call("GET", `/rentals/${rental.id}`);
  await call("POST", `/rentals/${rental.id}/end`, {});
  for (const place of [`/cabinets/cab/cells/${other.cell}`, "/cabinets/cab"]) {
    const { confirm } = await call("POST", `${place}/clear`, {});
    equal((await call("POST", `${place}/clear`, { confirm })).ended.length, 1);
  }

  await call("GET", `/people/${idOf(ann)}`);
  await call("POST", `/people/${idOf(ann)}/sign-out`);
  await call("DELETE", `/people/${idOf(ann)}`);
  await call("DELETE", "/cabinets/hall");
  for (const list of ["cabinets", "commands", "people", "events", "alarms", "acts"]) {
    await call("GET", `/${list}`);
  }
  await call("GET", "/status");
  await call("GET", "/openapi.json");

  await using socket = await rawLine(program.url);
  equal(socket.greeting.endsWith(" welcome"), true, socket.greeting);
  answered.add("GET /cabinets/{id}/raw");
  deepEqual([...answered].sort(), ROUTES.map(({ method, path }) => `${method} ${path}`).sort());
});

/** The raw line to the cabinet `cab`, with the first thing that it said. */
async function rawLine(url: string): Promise<AsyncDisposable & { greeting: string }> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const socket = new WebSocket(`${url.replace("http", "ws")}/api/v1/cabinets/cab/raw`, { headers });
  const { data } = await new Promise<MessageEvent>((resolve, reject) => {
    socket.onmessage = resolve;
    socket.onerror = reject;
  });
  const closed = new Promise((resolve) => socket.onclose = resolve);
  return {
    greeting: String(data),
    async [Symbol.asyncDispose]() {
      socket.close();
      await closed;
    },
  };
}

/**
 * Every route that is declared, on the running program: it is there, and answers what it declares.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { TOTP } from "otpauth";
import { ROUTES } from "../../src/operator/contract/mod.ts";
import { isDeclared, routeOf } from "../../testing/declared_answers.ts";
import { textOf } from "../../testing/feed_reader.ts";
import type { Message } from "../../testing/page.ts";
import { TOKEN } from "../../testing/program.ts";
import { does, idOf, operated } from "../../testing/operator_rig.ts";
import { testOnEach } from "../../testing/servers/databases.ts";

const PASSWORD = "correct horse battery";

/** Calls a route that must say yes. @returns the JSON of its answer */
// deno-lint-ignore no-explicit-any -- as that of a page: each test looks at what it needs.
type Call = (method: string, path: string, body?: unknown) => Promise<any>;

testOnEach("every route answers what it declares", async (database, stack) => {
  const { program, person } = await operated(database, stack, {
    mode: "storage",
    rules: { rentalsPerGuest: null, rentalMinutes: 60 },
  });
  const answered = new Set<string>();
  let cookie = "";
  const send = async (
    method: string,
    path: string,
    { headers, body }: { headers: Record<string, string>; body: unknown },
  ) => {
    const media = body === undefined ? {} : { "content-type": "application/json" };
    const sent = body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) };
    const init = { method, headers: { ...headers, ...media }, ...sent };
    const response = await fetch(`${program.url}/api/v1${path}`, init);
    [cookie = cookie] = response.headers.getSetCookie().map((set) => set.split(";")[0]);
    const type = response.headers.get("content-type") ?? "";
    const text = await textOf(response);
    const json = /[/+]json/.test(type) && !path.startsWith("/openapi") ? JSON.parse(text) : undefined;
    isDeclared(method, path, { status: response.status, type, body: json });
    equal(response.ok || json?.confirm !== undefined, true, `${method} ${path}: ${response.status} ${text}`);
    answered.add(`${method} ${routeOf(method, path)?.path}`);
    return json;
  };
  /** Calls a route that must say yes to the service's own token, and remembers it. */
  const call: Call = (method, path, body) =>
    send(method, path, { headers: { authorization: `Bearer ${TOKEN}` }, body });
  /** The same as a page on which a member of staff is, or becomes, logged in. */
  const callFromPage: Call = (method, path, body) =>
    send(method, path, { headers: { origin: program.url, ...cookie && { cookie } }, body });

  const hall = { name: "Hall", board: "8a", mode: "assigned", cells: { count: 2 } };
  await call("PUT", "/cabinets/hall", hall);
  const seen = await call("GET", "/cabinets/hall");
  deepEqual(await call("PUT", "/cabinets/hall", seen), seen);
  equal((await call("PATCH", "/cabinets/hall", { name: "Large hall" })).name, "Large hall");
  for (const picture of ["svg", "png"]) await call("GET", `/cabinets/hall/qr.${picture}`);
  await call("GET", "/posters?cabinet=hall");
  await call("GET", "/devices/unknown");
  await call("POST", "/cabinets/import", "id");
  await call("POST", "/cabinets/hall/open-all", { reason: "fire" });

  const ann = await person();
  const permit = await call("POST", "/cabinets/hall/permits", { person: idOf(ann), cells: "all" });
  await call("GET", `/permits/${permit.id}`);
  await call("GET", "/cabinets/hall/permits");
  await call("DELETE", `/permits/${permit.id}`);

  const command = await call("POST", "/cabinets/cab/cells/7/open", { reason: "look" });
  await call("GET", `/commands/${command.id}`);
  for (const act of ["disable", "enable", "clean"]) await call("POST", `/cabinets/cab/cells/7/${act}`, {});
  await call("POST", "/cabinets/cab/test", { cells: [7] });

  for (let n = 0; n < 3; n++) await does(ann, { type: "store" });
  const { items: [rental, other] } = await call("GET", "/rentals");
  await call("GET", `/rentals/${rental.id}`);
  await call("POST", `/rentals/${rental.id}/extend`, { byMinutes: 30 });
  await call("POST", `/rentals/${rental.id}/end`, {});
  await call("GET", `/rentals/${rental.id}/story`);
  for (const place of [`/cabinets/cab/cells/${other.cell}`, "/cabinets/cab"]) {
    const { confirm } = await call("POST", `${place}/clear`, {});
    equal((await call("POST", `${place}/clear`, { confirm })).ended.length, 1);
  }

  const job = await call("POST", "/jobs", { act: "tag", tags: ["gym"], match: { all: true } });
  await call("GET", `/jobs/${job.id}`);
  await call("GET", `/jobs/${job.id}/parts`);
  await call("POST", `/jobs/${job.id}/cancel`);

  await call("GET", `/people/${idOf(ann)}`);
  await call("GET", `/people/${idOf(ann)}/copy`);
  await call("POST", `/people/${idOf(ann)}/sign-out`);
  await call("DELETE", `/people/${idOf(ann)}`);
  await call("DELETE", "/cabinets/hall");
  for (const list of ["cabinets", "commands", "people", "events", "alarms", "acts", "feed", "jobs"]) {
    await call("GET", `/${list}`);
  }
  await callsOfOrganization(call);
  await callsOfStaff(call, callFromPage);
  await callsOfAccount(callFromPage);
  await call("GET", "/status");
  await call("GET", "/openapi.json");
  await call("GET", "/docs");

  await using socket = await rawLine(program.url);
  equal(socket.greeting.endsWith(" welcome"), true, socket.greeting);
  answered.add("GET /cabinets/{id}/raw");
  deepEqual([...answered].sort(), ROUTES.map(({ method, path }) => `${method} ${path}`).sort());
});

/** Another organization, and what there is to say of the first one. */
async function callsOfOrganization(call: Call): Promise<void> {
  await call("POST", "/organizations", { id: "other", name: "Other" });
  equal((await call("GET", "/organizations")).items.length, 2);
  const changed = await call("PATCH", "/organization", {
    name: "Gyms",
    contact: { telephone: "400 123 4567" },
  });
  deepEqual(await call("GET", "/organization"), changed);
  const { id } = await call("POST", "/tokens", { name: "kiosk", role: "viewer" });
  equal((await call("GET", "/tokens")).items.length, 1);
  await call("DELETE", `/tokens/${id}`);
}

/** A member that comes and goes, and an owner who stays: `anna@example.com`. */
async function callsOfStaff(call: Call, callFromPage: Call): Promise<void> {
  const join = async (login: string, role: string) => {
    const { link } = await call("POST", "/invitations", { role });
    const secret = new URL(link).hash.slice(1);
    equal((await callFromPage("POST", "/invitations/look", { secret })).role, role);
    return await callFromPage("POST", "/invitations/accept", {
      secret,
      login,
      name: login,
      password: PASSWORD,
    });
  };
  const { id } = await join("bert@example.com", "viewer");
  await join("anna@example.com", "owner");
  const { id: link } = await call("POST", "/invitations", { role: "installer" });
  deepEqual((await call("GET", "/invitations")).items.map(({ id }: Message) => id), [link]);
  await call("DELETE", `/invitations/${link}`);
  equal((await call("GET", "/staff")).items.length, 2);
  await call("PUT", `/staff/${id}`, { role: "attendant", tags: ["gym"] });
  await call("POST", `/staff/${id}/log-out`);
  await call("POST", `/staff/${id}/reset`);
  await call("DELETE", `/staff/${id}`);
}

/** What an account does about itself: it is logged in at first, and logged out in the end. */
async function callsOfAccount(call: Call): Promise<void> {
  const { id } = (await call("GET", "/sessions")).items[0];
  await call("POST", "/session", { login: "anna@example.com", password: PASSWORD });
  await call("DELETE", `/sessions/${id}`);
  deepEqual(await call("PATCH", "/account", { name: "Anna" }), await call("GET", "/account"));
  const { secret } = await call("POST", "/account/second-factor", { password: PASSWORD });
  await call("POST", "/account/second-factor/confirm", { code: new TOTP({ secret }).generate() });
  await call("POST", "/account/second-factor/remove", { password: PASSWORD });
  await call("POST", "/account/password", { current: PASSWORD, next: `${PASSWORD} too` });
  await call("DELETE", "/session");
}

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

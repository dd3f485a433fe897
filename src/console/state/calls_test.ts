import { deepEqual } from "node:assert/strict";
import { callsBy } from "./calls.ts";

const look = { method: "POST", path: "/invitations/look", body: { secret: "s" } } as const;
const answered = (body: string, status: number) =>
  callsBy(() => Promise.resolve(new Response(body, { status })))(look);

Deno.test("callsBy() sends JSON with the session, and names the organization", async () => {
  const sent: unknown[] = [];
  const call = callsBy((url, { method, headers, body, credentials }) => {
    sent.push([url, method, headers, body, credentials]);
    return Promise.resolve(new Response("{}"));
  });
  await call(look);
  await call({ method: "GET", path: "/organization", organization: "north" });
  deepEqual(sent, [
    [
      "/api/v1/invitations/look",
      "POST",
      { "content-type": "application/json" },
      '{"secret":"s"}',
      "same-origin",
    ],
    ["/api/v1/organization", "GET", { "kaigui-organization": "north" }, null, "same-origin"],
  ]);
});

Deno.test("callsBy() tells an answer, a refusal with and without a code, and a proxy's page", async () => {
  deepEqual(await answered('{"kind":"join"}', 200), { type: "ok", value: { kind: "join" } });
  const refused = { type: "refused", code: undefined };
  deepEqual(await answered('{"title":"Conflict","code":"taken"}', 409), {
    ...refused,
    status: 409,
    code: "taken",
  });
  deepEqual(await answered('{"title":"Not Found"}', 404), { ...refused, status: 404 });
  deepEqual(await answered("<h1>Bad gateway</h1>", 502), { ...refused, status: 502 });
  deepEqual(await answered("null", 500), { ...refused, status: 500 });
});

Deno.test("callsBy() tells that none came: without a network, in time, or as JSON", async () => {
  const silent = { type: "silent" };
  deepEqual(await callsBy(() => Promise.reject(new TypeError("Failed to fetch")))(look), silent);
  deepEqual(await callsBy(() => new Promise(() => {}), { timeoutMs: 1 })(look), silent);
  deepEqual(await answered("<h1>Log in to the Wi-Fi</h1>", 200), silent);
});

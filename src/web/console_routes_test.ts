import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { consoleRoutes } from "./console_routes.ts";

const routes = consoleRoutes(new Map([["join.js", { body: new Uint8Array([1]), type: "text/javascript" }]]));

Deno.test("consoleRoutes() serves the page for links in the browser's language, with a policy of its own", async () => {
  const read = async (language: string) => {
    const answer = await routes.request("/join", { headers: { "accept-language": language } });
    equal(answer.status, 200);
    const policy = answer.headers.get("content-security-policy") ?? "";
    match(policy, /default-src 'none'; script-src 'self'; style-src 'self'/);
    match(policy, /form-action 'none'; frame-ancestors 'none'/);
    doesNotMatch(policy, /unsafe|https?:|\*/);
    return await answer.text();
  };
  match(await read("zh-CN,zh;q=0.9"), /<html lang="zh-CN">/);
  match(await read(""), /<html lang="zh-CN">/);
  match(await read("en-US,en;q=0.9"), /<html lang="en">/);
});

Deno.test("consoleRoutes() names the version of the files, and has nothing else yet", async () => {
  match(await (await routes.request("/join")).text(), /join\.css\?v=\w{12}"/);
  deepEqual([(await routes.request("/")).status, (await routes.request("/join/x")).status], [404, 404]);
});

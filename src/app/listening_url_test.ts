import { equal, ok } from "node:assert/strict";
import { httpUrl, localHost } from "./listening_url.ts";

Deno.test("httpUrl() puts brackets around IPv6", { permissions: "none" }, () => {
  equal(httpUrl("::1", 80), "http://[::1]:80");
  ok(URL.canParse(httpUrl(localHost("::"), 8080)));
});

import { equal, throws } from "node:assert/strict";
import { TestIo } from "../../testing/rigs/cli.ts";
import { Failure, UsageError } from "./io.ts";
import { namedOrganization, serviceUrl } from "./place.ts";

function pure(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

pure("serviceUrl() is --url, then KAIGUI_URL, then this machine and PORT", () => {
  equal(serviceUrl({}, new TestIo()), "http://127.0.0.1:8080");
  const env = { PORT: "9000" };
  equal(serviceUrl({}, new TestIo(env)), "http://127.0.0.1:9000");
  equal(serviceUrl({}, new TestIo({ ...env, KAIGUI_URL: "https://k.example/" })), "https://k.example");
  equal(serviceUrl({ url: "http://[::1]:1/x//" }, new TestIo({ KAIGUI_URL: "no" })), "http://[::1]:1/x");
});

pure("serviceUrl() refuses what is not a URL, and a port that nobody knows", () => {
  throws(() => serviceUrl({ url: "localhost:8080" }, new TestIo()), UsageError);
  throws(() => serviceUrl({}, new TestIo({ KAIGUI_URL: "k" })), UsageError);
  throws(() => serviceUrl({}, new TestIo({ PORT: "0" })), /say --url/);
  throws(() => serviceUrl({}, new TestIo({ PORT: "x" })), Failure);
});

pure("namedOrganization() is --organization, then KAIGUI_ORGANIZATION, then none", () => {
  const io = new TestIo({ KAIGUI_ORGANIZATION: "acme" });
  equal(namedOrganization({ organization: "other" }, io), "other");
  equal(namedOrganization({}, io), "acme");
  equal(namedOrganization({}, new TestIo({ KAIGUI_ORGANIZATION: " " })), undefined);
  throws(() => namedOrganization({}, new TestIo({ KAIGUI_ORGANIZATION: "Acme & Co" })), UsageError);
});

import { deepEqual, equal, match } from "node:assert/strict";
import { parseTcpRetries, tcpRetriesWarning } from "./tcp_retries.ts";

Deno.test({
  name: "parseTcpRetries() reads what the system's two files say, joined by a shell",
  permissions: "none",
  fn() {
    deepEqual(parseTcpRetries("4 4"), { open: 4, closed: 4 });
    deepEqual(parseTcpRetries("15\n3"), { open: 15, closed: 3 });
    deepEqual(parseTcpRetries("4 0"), { open: 4, closed: 8 }, "0 is Linux's word for 8");
  },
});

Deno.test({
  name: "parseTcpRetries() knows nothing when there are not two numbers",
  permissions: "none",
  fn() {
    for (const text of ["", "4", "4 4 4", "4,4", "-1 4", "4 four", "4.5 4", "1000 4"]) {
      equal(parseTcpRetries(text), undefined, text);
    }
  },
});

Deno.test({
  name: "tcpRetriesWarning() says what to set when either number is above 6",
  permissions: "none",
  fn() {
    equal(tcpRetriesWarning({ open: 4, closed: 4 }), undefined);
    equal(tcpRetriesWarning({ open: 6, closed: 6 }), undefined);
    for (const retries of [{ open: 7, closed: 4 }, { open: 4, closed: 8 }, { open: 15, closed: 8 }]) {
      const warning = tcpRetriesWarning(retries) ?? "";
      match(warning, /^[^\n]* set net\.ipv4\.tcp_retries2=4 and net\.ipv4\.tcp_orphan_retries=4 [^\n]*$/);
      match(warning, new RegExp(`tries ${retries.open} and ${retries.closed} times`));
    }
  },
});

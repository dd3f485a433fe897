import { equal } from "node:assert/strict";
import { isInside } from "./inside.ts";

Deno.test({
  name: "isInside() knows this machine and private networks from the street",
  permissions: "none",
  fn() {
    for (
      const inside of [
        "127.0.0.1",
        "127.8.8.8",
        "10.0.0.7",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.20",
        "169.254.10.1",
        "::1",
        "::ffff:10.0.0.7",
        "::FFFF:127.0.0.1",
        "fd12:3456::1",
        "fc00::1",
        "fe80::1",
        "febf::1",
      ]
    ) {
      equal(isInside(inside), true, inside);
    }
    for (
      const outside of [
        "",
        "8.8.8.8",
        "100.64.0.1",
        "172.15.0.1",
        "172.32.0.1",
        "192.169.0.1",
        "110.0.0.1",
        "1.127.0.1",
        "0.0.0.0",
        "::",
        "::ffff:8.8.8.8",
        "2001:db8::1",
        "fec0::1",
        "::1:1",
        "fc::1",
        "localhost",
      ]
    ) {
      equal(isInside(outside), false, outside);
    }
  },
});
